/** What a document contains, judged by its media type and its name. */
export type ContentGuess = 'recording' | 'other' | 'unknown';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Containers and codecs ffmpeg opens, by the endings people's recorders, phones and archives give them. */
const recordings = words(`
  3g2 3ga 3gp 3gp2 3gpp 3gpp2 aa3 aac ac3 ac4 adts aif aifc aiff amr ape asf at3 au avi awb bwf caf divx dss dts dv eac3 ec3
  f4a f4v flac flv gsm isma ismv latm loas m1a m2a m2t m2ts m4a m4b m4p m4r m4s m4v mka mkv mlp mod mov mp1 mp2 mp3 mp4
  mp4a mpa mpc mpe mpeg mpg mpga mts mxf nist nut oga ogg ogm ogv ogx oma opus qcp qt qta ra ram rf64 rm rmvb snd sph spx tak
  thd tod tp trp ts tta voc vob w64 wav wave weba webm wma wmv wv
`);

/** What people send as documents beside recordings: nothing is fetched to find that out. */
const others = words(`
  pdf doc docx docm dot dotx xls xlsx xlsm xlsb ppt pptx pps ppsx odt ods odp odg pages numbers key rtf txt text md rst tex log
  csv tsv json jsonl xml html htm xhtml epub mobi azw3 fb2 djvu djv chm ini cfg conf env yml yaml toml sql db sqlite
  zip rar 7z tar gz tgz bz2 xz zst lz4 cab iso dmg img
  jpg jpeg jpe jfif png gif webp bmp tif tiff svg heic heif avif ico psd ai eps raw cr2 cr3 nef arw dng xcf tgs
  js mjs cjs tsx jsx py ipynb java c cc cpp h hpp cs go rs rb php sh bat cmd ps1 css scss less kt swift lua pl r vue
  exe msi apk aab xapk ipa deb rpm dll so jar class wasm ttf otf woff woff2
  torrent ics vcf eml msg srt vtt ass ssa sub lrc stl obj fbx blend dwg dxf step stp gltf glb
  pem crt cer p12 pfx sig asc gpg onnx safetensors gguf parquet m3u m3u8 pls cue
`);

const otherTypes = new RegExp(
  [
    '^(image|text|font|model|message|chemical)/',
    '^application/(x-)?(pdf|zip|gzip|g?tar|rar|7z|bzip2?|xz|zstd|compress|rtf|json|xml|yaml|toml|javascript|sql|sqlite3|sh|python|php)\\b',
    '^application/(zip-compressed|x-(rar|7z|zip)-compressed|msword|postscript|epub|java|wasm|x-java|x-ms(download|dos|i\\b)|x-executable|x-bittorrent|x-tgsticker)',
    '^application/(x-iso9660|x-apple-diskimage|x-subrip|x-font|font|pkcs|pgp|x-x509|x-pkcs|x-debian|x-rpm|x-mobipocket|x-tex|x-latex)',
    '^application/vnd\\.(rar|ms-(?!asf|wm)|openxmlformats|oasis\\.opendocument|android|apple\\.(pages|numbers|keynote)|microsoft|amazon|mozilla)',
    '^application/(x-|vnd\\.apple\\.)mpegurl',
    '\\+(json|xml|zip)$',
  ].join('|'),
);

/**
 * Type and name are what the sender's device made up: either may name a recording, and only where neither does, something
 * else. Where both say nothing (`application/octet-stream`, no ending, an unknown one) ffmpeg has to look.
 * `extension` in lower case, without the dot.
 */
export const guessContent = (mime: string | undefined, extension: string): ContentGuess => {
  const type = (mime ?? '').toLowerCase();
  if (/^(audio|video)\//.test(type) && !/mpegurl/.test(type)) return 'recording';
  if (/^application\/(x-)?(ogg|mp4|mxf|matroska|vnd\.rn-realmedia|annodex)/.test(type)) return 'recording';
  if (recordings.has(extension)) return 'recording';
  return others.has(extension) || otherTypes.test(type) ? 'other' : 'unknown';
};
