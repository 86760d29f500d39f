# A tag may be another image tomorrow. To pin both images, name them by digest, which
#   docker buildx imagetools inspect node:20-bookworm-slim
# prints: --build-arg BUILD_IMAGE=node:20-bookworm-slim@sha256:…
ARG BUILD_IMAGE=node:20-bookworm-slim
ARG RUN_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /latchkey
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && mkdir /latchkey/empty

FROM ${RUN_IMAGE}
COPY --from=build /latchkey/dist/latchkey /usr/local/bin/latchkey
# A new volume takes its owner from here.
COPY --from=build --chown=10001:10001 /latchkey/empty /data
USER 10001:10001
ENV LATCHKEY_DATA_DIR=/data LATCHKEY_HOST=0.0.0.0
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["latchkey", "health"]
ENTRYPOINT ["latchkey"]
CMD ["serve"]
