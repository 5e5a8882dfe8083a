"""A model of whisper.cpp in CTranslate2, in int8: loaded once, then a line of JSON in and out for each measurement. Arguments: THREADS FOLDER."""
import json
import sys
import time

import ctranslate2
import numpy as np

begin = time.monotonic()
model = ctranslate2.models.Whisper(sys.argv[2], compute_type="int8", intra_threads=int(sys.argv[1]))
print(json.dumps({"ready": {"seconds": time.monotonic() - begin}}), flush=True)
features = np.random.default_rng(1).standard_normal((1, model.n_mels, 3000), np.float32) * 0.5
start, end = 50258, 50257
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    took = {}
    begin = time.monotonic()
    encoded = model.encode(ctranslate2.StorageView.from_array(features))
    took["encoderSeconds"] = time.monotonic() - begin
    prompt = [start, start + 1, start + model.num_languages + 2]

    def text(length):
        begin = time.monotonic()
        (result,) = model.generate(
            encoded, [prompt], beam_size=1, max_length=2 * (length + len(prompt)), suppress_tokens=[end], suppress_blank=False
        )
        return time.monotonic() - begin, len(result.sequences_ids[0])

    # The first also computes what is computed once per window: both do.
    short, few = text(2)
    long, many = text(steps)
    took["tokenSeconds"] = (long - short) / (many - few)
    took["firstSeconds"] = short
    print(json.dumps(took), flush=True)
