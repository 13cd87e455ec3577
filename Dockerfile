# mock-promoter as an image: docker build -t mock-promoter . && docker run -p 127.0.0.1:8080:8080 mock-promoter
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements-mock.lock .
RUN python -m venv /mock \
 && /mock/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-mock.lock
COPY . .
RUN /mock/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim
COPY --from=build /mock /mock
ENV PATH=/mock/bin:$PATH
RUN useradd --system --uid 10001 mock
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=2s CMD ["mock-promoter", "wait", "--timeout", "2"]
# A container is reached from outside, so it listens on all addresses: publish the port on loopback only, or set
# MOCK_PROMOTER_TOKEN.
ENTRYPOINT ["mock-promoter"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
