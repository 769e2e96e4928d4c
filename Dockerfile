# breadknife for CI: see docs/ci.md.
#
#   docker build -t breadknife .
#   docker build -t breadknife --build-arg PARTS="engine smollm2-135m languagetool" .
#
# The engine is compiled for the processor of the machine that builds the image.
FROM python:3.12-slim
ARG PARTS=""
ENV BREADKNIFE_HOME=/opt/breadknife/home PATH=/opt/breadknife/bin:$PATH

# Git tells which lines are new; what a CI server has checked out belongs to another user than the image's.
# hadolint ignore=DL3008,SC2086
RUN needed=git; \
    case " $PARTS " in *" engine "*) needed="$needed build-essential" ;; esac; \
    case " $PARTS " in *" languagetool "*) needed="$needed default-jre-headless" ;; esac; \
    apt-get update && apt-get install -y --no-install-recommends $needed && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*'

COPY . /src
RUN python -m venv /opt/breadknife && /opt/breadknife/bin/pip install --no-cache-dir /src && rm -rf /src
# hadolint ignore=SC2086
RUN [ -z "$PARTS" ] || breadknife setup $PARTS

WORKDIR /work
CMD ["breadknife", "--help"]
