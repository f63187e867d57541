# The Node.js version that the tests use. If you can reach a registry, pin the digest too:
# --build-arg NODE_IMAGE=docker.io/library/node:26.10.0-bookworm-slim@sha256:…
ARG NODE_IMAGE=docker.io/library/node:26.10.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
# npm names the component of the SBOM like the folder.
WORKDIR /secmaster-exporter
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY scripts/revision.ts scripts/
COPY scripts/bundle scripts/bundle
COPY src src
ARG REVISION=unknown
RUN REVISION=${REVISION} npm run build \
 && rm dist/*.map \
 && mkdir /data

FROM ${NODE_IMAGE}
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="secmaster-exporter" \
      org.opencontainers.image.description="Prometheus exporter for the SOC playbook runs of Huawei Cloud SecMaster" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
# glibc would give each thread a heap of its own, which takes memory and saves no time here.
ENV MALLOC_ARENA_MAX=2
# Written every ten seconds, in memory, so that the health check works with TLS, passwords and any port, and starts no Node.js.
ENV EXPORTER_HEALTH_FILE=/dev/shm/secmaster-exporter-health
COPY LICENSE package.json /app/
COPY --from=build /secmaster-exporter/dist /app/dist
COPY docs /app/docs
COPY deploy/healthcheck.sh /app/healthcheck.sh
# The only directory that the exporter writes to. The default `state.path` is data/secmaster.db below the working directory.
COPY --from=build --chown=65532:65532 /data /data
WORKDIR /
VOLUME /data
USER 65532:65532
EXPOSE 19210
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["sh", "/app/healthcheck.sh"]
ENTRYPOINT ["node", "/app/dist/main.js"]
