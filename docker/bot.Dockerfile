# The Telegram bot.
# The first two stages are the same in all of docker/*.Dockerfile, so that their layers are built once.
ARG NODE_IMAGE=node:24-bookworm-slim

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

# What the bot needs to run; optional packages are databases and engines inside a process, which it has elsewhere.
FROM ${NODE_IMAGE} AS package
WORKDIR /app
COPY --from=manifest /app/manifest ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  --workspace @whisper-bot/bot \
  && rm -rf node_modules/sherpa-onnx-* \
  && find . -path '*/node_modules/*' -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete

FROM ${NODE_IMAGE}
RUN groupadd --gid 10001 whisper \
  && useradd --uid 10001 --gid whisper --no-create-home --home-dir /data/home --shell /usr/sbin/nologin whisper \
  && install -d -o whisper -g whisper /data/tasks /data/models /data/home
WORKDIR /app
# The list alone: the weights are the workers' to read.
COPY --link models/shipped.json models/
COPY --from=package /app ./
COPY --from=build /app/image/libs libs
COPY --from=build /app/image/apps/bot apps/bot
COPY docker/health.mjs docker/
ENV NODE_ENV=production WHISPER_BOT_HOME=/data/home TASKS_DIR=/data/tasks MODELS_DIR=/data/models
# What libs/runtime calls nodeTuning.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=1048576
ENV NODE_OPTIONS=--max-semi-space-size=4
ENV METRICS_HOST=0.0.0.0 METRICS_PORT=9464
USER 10001:10001
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=30s --start-period=120s --retries=3 CMD ["node", "docker/health.mjs", "METRICS_PORT"]
ENTRYPOINT ["node", "apps/bot/dist/main.js"]
