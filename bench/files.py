"""What servers are given to serve: a certificate, and files of known content."""

import dataclasses
import pathlib
import subprocess

SIZES = {"4k.bin": 4096, "1m.bin": 1 << 20}


@dataclasses.dataclass
class Files:
    static: str  # the folder of /static/; its parent has nothing else in it
    cert: str
    key: str


def make(folder):
    static = pathlib.Path(folder) / "public" / "static"
    static.mkdir(parents=True)
    pattern = bytes(range(251))
    for name, size in SIZES.items():
        (static / name).write_bytes((pattern * (size // len(pattern) + 1))[:size])
    cert, key = pathlib.Path(folder) / "cert.pem", pathlib.Path(folder) / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return Files(str(static), str(cert), str(key))
