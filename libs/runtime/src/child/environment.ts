/**
 * The environment of a program that decodes or recognizes recordings: paths of programs and libraries, locale and time zone, and the settings of its
 * own libraries (CUDA, OpenMP, oneDNN, malloc, Node). Addresses and passwords of Redis and the databases are not included.
 */
const needed =
  /^(?:PATH|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|LD_LIBRARY_PATH|NVIDIA_\w+|CUDA_\w+|OMP_\w+|KMP_\w+|ONEDNN_\w+|DNNL_\w+|GGML_\w+|MALLOC_\w+|GLIBC_TUNABLES|NODE_OPTIONS)$/;

// biome-ignore lint/style/noProcessEnv: this file alone decides which variables are passed on.
export const bareEnvironment = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => needed.test(name)));

/** The environment of a program of our own: what this process has, except the variables named. */
export const inheritedEnvironment = (except: readonly string[] = []): NodeJS.ProcessEnv =>
  // biome-ignore lint/style/noProcessEnv: as above.
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !except.includes(name)));
