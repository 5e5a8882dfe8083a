/**
 * Demuxers of recordings and films that read one file and nothing else. An allow list, since ffmpeg also has demuxers that
 * open whatever a file names (hls, concat, dash, imf, image2, sdp, vobsub, …) and gains new ones.
 */
export const allowedDemuxers = [
  '3gp,aa,aac,aax,ac3,act,aiff,amr,amrnb,amrwb,ape,asf,asf_o,ast,au,avi,caf,dsf,dts,dtshd,dv,eac3,flac,flv,gsm,gxf,iff',
  'ilbc,ircam,kux,live_flv,loas,lvf,m4a,matroska,mlp,mov,mp3,mp4,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nut,ogg,oma,qcp',
  'rm,rso,sox,tak,truehd,tta,voc,w64,wav,webm,wsd,wtv,wv,xwma,gif',
].join(',');

/** Demuxers that open what a file names: recognizing one is a refusal, not "no media". */
const opensOthers = new Set(
  'concat dash hls image2 imf rtp rtsp sap sdp vapoursynth vobsub webm_dash_manifest avisynth ism'.split(' '),
);

/** Whether ffmpeg's name of the refused demuxer means that the file points to others. */
export const pointsElsewhere = (demuxer: string): boolean => demuxer.split(',').some((name) => opensOthers.has(name));

/**
 * Whether a file's beginning is that of a list of other files. ffmpeg refuses those that it knows by the allow list above;
 * this gives the ones that it takes for broken media the same sentence.
 */
export const isPlaylist = (head: Buffer): boolean => {
  const text = head
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  return (
    /^(#EXTM3U|\[playlist\]|\[reference\]|ffconcat|v=0\r?\n|<asx\b|<smil\b|<playlist\b|<MPD\b)/i.test(text) ||
    (text.startsWith('<?xml') && /<(\w+:)?(MPD|playlist|smil|asx|SmoothStreamingMedia|AssetMap)\b/i.test(text)) ||
    /^[a-z]{2,8}:\/\/\S{1,2000}\s*(\n|$)/i.test(text)
  );
};

const signatures: readonly { at: number; bytes: string }[] = [
  { at: 0, bytes: 'OggS' },
  { at: 0, bytes: 'RIFF' },
  { at: 0, bytes: 'RF64' },
  { at: 0, bytes: 'fLaC' },
  { at: 0, bytes: 'ID3' },
  { at: 0, bytes: 'FORM' },
  { at: 0, bytes: 'caff' },
  { at: 0, bytes: '#!AMR' },
  { at: 0, bytes: 'FLV' },
  { at: 0, bytes: 'wvpk' },
  { at: 0, bytes: 'MAC ' },
  { at: 0, bytes: '.snd' },
  { at: 0, bytes: '\x1aE\xdf\xa3' },
  { at: 0, bytes: '\x30\x26\xb2\x75' },
  { at: 0, bytes: '\xff\xfb' },
  { at: 0, bytes: '\xff\xf3' },
  { at: 0, bytes: '\xff\xf2' },
  { at: 0, bytes: '\xff\xf1' },
  { at: 0, bytes: '\xff\xf9' },
  { at: 0, bytes: '\x00\x00\x01\xba' },
  { at: 4, bytes: 'ftyp' },
  { at: 4, bytes: 'moov' },
  { at: 4, bytes: 'mdat' },
];

/** Whether a file begins as a recording does: where ffmpeg cannot read such a file it is damaged, others never were media. */
export const looksLikeMedia = (head: Buffer): boolean =>
  signatures.some(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(Buffer.from(bytes, 'latin1')));
