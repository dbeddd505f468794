"""TLS of a server as foreign programs see it: curl, openssl, and hellos written byte by byte, which offer what no library
offers any more."""

import os
import signal
import socket
import subprocess
import unittest

from tls_server import Folder, Server

HANDSHAKE, ALERT = 22, 21
TLS_1_2 = 0x0303
# RFC 8446 §6, RFC 7507 §3
HANDSHAKE_FAILURE, PROTOCOL_VERSION, INAPPROPRIATE_FALLBACK = 40, 70, 86
GOOD_CIPHERS = {0xC02B: "ECDHE-ECDSA-AES128-GCM", 0xC02C: "ECDHE-ECDSA-AES256-GCM", 0xCCA9: "ECDHE-ECDSA-CHACHA20"}
BAD_CIPHERS = {
    0x0000: "NULL", 0x0002: "NULL-SHA", 0x0003: "EXP-RC4-MD5", 0x0004: "RC4-MD5", 0x0005: "RC4-SHA", 0x0009: "DES-CBC",
    0x000A: "3DES-SHA", 0x0016: "DHE-3DES-SHA", 0x0018: "anon-RC4", 0x001B: "anon-3DES", 0x002F: "AES128-SHA",
    0x0033: "DHE-AES128-SHA", 0x0034: "anon-AES128-SHA", 0x003C: "AES128-SHA256", 0x0041: "CAMELLIA128-SHA",
    0x0096: "SEED-SHA", 0x009C: "AES128-GCM, no forward secrecy", 0x009E: "DHE-AES128-GCM", 0xC006: "ECDHE-ECDSA-NULL",
    0xC007: "ECDHE-ECDSA-RC4", 0xC008: "ECDHE-ECDSA-3DES", 0xC009: "ECDHE-ECDSA-AES128-SHA",
    0xC00A: "ECDHE-ECDSA-AES256-SHA", 0xC012: "ECDHE-RSA-3DES", 0xC013: "ECDHE-RSA-AES128-SHA",
    0xC018: "anon-ECDH-AES128", 0xC023: "ECDHE-ECDSA-AES128-SHA256", 0xC024: "ECDHE-ECDSA-AES256-SHA384",
    0xC0AC: "ECDHE-ECDSA-AES128-CCM",
}


def u16(number):
    return number.to_bytes(2, "big")


def vector(data, size=2):
    return len(data).to_bytes(size, "big") + data


def extension(kind, data=b""):
    return u16(kind) + vector(data)


USUAL_EXTENSIONS = (extension(10, vector(u16(23) + u16(29))) + extension(11, vector(b"\0", 1)) +
                    extension(13, vector(u16(0x0403) + u16(0x0804) + u16(0x0401) + u16(0x0203))))


def client_hello(version, ciphers, extensions=USUAL_EXTENSIONS, compression=b"\0"):
    """RFC 5246 §7.4.1.2, in one record."""
    body = (u16(version) + bytes(range(32)) + vector(b"", 1) + vector(b"".join(map(u16, ciphers))) +
            vector(compression, 1) + (vector(extensions) if extensions else b""))
    return bytes([HANDSHAKE]) + u16(min(version, 0x0301)) + vector(b"\1" + vector(body, 3))


def answer(port, hello):
    """("hello", version, cipher, compression, extensions), or ("alert", description), or ("closed",)."""
    with socket.create_connection(("127.0.0.1", port), 30) as wire:
        wire.sendall(hello)
        stream = wire.makefile("rb")
        head = stream.read(5)
        if len(head) < 5:
            return ("closed",)
        record = stream.read(int.from_bytes(head[3:5], "big"))
    if head[0] == ALERT:
        return "alert", record[1]
    assert head[0] == HANDSHAKE and record[0] == 2, record
    body = record[4:4 + int.from_bytes(record[1:4], "big")]
    at = 35 + body[34]
    extensions, rest = {}, body[at + 5:]
    while rest:
        size = int.from_bytes(rest[2:4], "big")
        extensions[int.from_bytes(rest[:2], "big")] = rest[4:4 + size]
        rest = rest[4 + size:]
    return ("hello", int.from_bytes(body[:2], "big"), int.from_bytes(body[at:at + 2], "big"), body[at + 2], extensions)


def run(*command, input=""):
    done = subprocess.run(command, input=input, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.close)
        cls.flags = cls.folder.certificate("localhost", "localhost", "127.0.0.1")
        cls.server = Server("--host", "127.0.0.1", "--port", "0", "--threads", "2", *cls.flags,
                            *cls.folder.certificate("wild", "*.example.com", "example.com"), "--health", "/healthz")
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.port = cls.server.port

    def curl(self, *flags, path="/healthz", authority="localhost", host="localhost", port=None):
        port = port or self.port
        return run("curl", "-sS", "--noproxy", "*", "--cacert", self.folder / f"{authority}.pem", "--resolve",
                   f"{host}:{port}:127.0.0.1", *flags, f"https://{host}:{port}{path}")

    def s_client(self, *flags, input="", port=None):
        return run("openssl", "s_client", "-connect", f"127.0.0.1:{port or self.port}", *flags, input=input)[1]


class Clients(TlsTest):
    def test_curl_by_both_versions(self):
        self.assertEqual(self.curl("--tlsv1.3"), (0, "ok\n"))
        self.assertEqual(self.curl("--tls-max", "1.2"), (0, "ok\n"))
        self.assertEqual(self.curl("-w", "%{http_version}", "--http2")[1], "ok\n1.1")

    def test_curl_by_none_that_is_older(self):
        code, output = self.curl("--tls-max", "1.1", "--tlsv1.0", "--ciphers", "ALL:@SECLEVEL=0")
        self.assertEqual(code, 35, output)

    def test_names_decide_the_certificate(self):
        self.assertEqual(self.curl(authority="wild", host="www.example.com"), (0, "ok\n"))
        self.assertEqual(self.curl(authority="wild", host="example.com"), (0, "ok\n"))
        self.assertEqual(self.curl(authority="wild", host="a.b.example.com")[0], 60)

    def test_sessions_are_resumed(self):
        output = self.s_client("-reconnect", "-tls1_2")
        self.assertEqual(output.count("Reused, TLSv1.2"), 5, output)
        # TLS 1.3 gives its tickets with the first answer.
        ticket = self.folder / "session.pem"
        request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        self.s_client("-tls1_3", "-quiet", "-sess_out", ticket, input=request)
        self.assertIn("Reused, TLSv1.3", self.s_client("-tls1_3", "-sess_in", ticket))

    def test_http_in_clear_gets_no_answer(self):
        code, output = run("curl", "-sS", "--noproxy", "*", f"http://127.0.0.1:{self.port}/healthz")
        self.assertNotEqual(code, 0, output)


class Hardness(TlsTest):
    """What testssl and its like look at."""

    def test_old_versions_are_refused(self):
        for version in (0x0300, 0x0301, 0x0302):
            with self.subTest(version=hex(version)):
                result = answer(self.port, client_hello(version, [*GOOD_CIPHERS, 0xC009, 0x002F]))
                self.assertIn(result, [("alert", PROTOCOL_VERSION), ("alert", HANDSHAKE_FAILURE)])
        # SSL 2: a hello without a record.
        self.assertNotEqual(answer(self.port, b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(37))[0], "hello")

    def test_good_ciphers_are_taken(self):
        for cipher, name in GOOD_CIPHERS.items():
            with self.subTest(cipher=name):
                self.assertEqual(answer(self.port, client_hello(TLS_1_2, [cipher]))[:3], ("hello", TLS_1_2, cipher))

    def test_bad_ciphers_are_refused_each_and_together(self):
        for cipher, name in BAD_CIPHERS.items():
            with self.subTest(cipher=name):
                self.assertEqual(answer(self.port, client_hello(TLS_1_2, [cipher])), ("alert", HANDSHAKE_FAILURE))
        self.assertEqual(answer(self.port, client_hello(TLS_1_2, list(BAD_CIPHERS))), ("alert", HANDSHAKE_FAILURE))

    def test_the_server_chooses(self):
        chosen = {answer(self.port, client_hello(TLS_1_2, order))[2] for order in
                  ([0xC02B, 0xC02C], [0xC02C, 0xC02B], [0x002F, 0xC02B, 0xC02C])}
        self.assertEqual(len(chosen), 1)

    def test_nothing_is_compressed(self):
        self.assertEqual(answer(self.port, client_hello(TLS_1_2, GOOD_CIPHERS, compression=b"\1\0"))[3], 0)

    def test_renegotiation_is_secure_and_refused(self):
        offered = answer(self.port, client_hello(TLS_1_2, GOOD_CIPHERS, USUAL_EXTENSIONS + extension(0xFF01, b"\0")))
        self.assertEqual(offered[4].get(0xFF01), b"\0")
        by_cipher = answer(self.port, client_hello(TLS_1_2, [*GOOD_CIPHERS, 0x00FF]))
        self.assertEqual(by_cipher[4].get(0xFF01), b"\0")
        self.assertIn("no renegotiation", self.s_client("-tls1_2", input="R\n"))

    def test_master_secrets_are_extended_and_there_is_no_heartbeat(self):
        extensions = answer(self.port, client_hello(TLS_1_2, GOOD_CIPHERS, USUAL_EXTENSIONS + extension(23) +
                                                    extension(15, b"\1")))[4]
        self.assertIn(23, extensions)
        self.assertNotIn(15, extensions)

    def test_a_downgrade_is_noticed(self):
        self.assertEqual(answer(self.port, client_hello(TLS_1_2, [*GOOD_CIPHERS, 0x5600])),
                         ("alert", INAPPROPRIATE_FALLBACK))

    def test_no_early_data(self):
        request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        self.assertIn("Max Early Data: 0", self.s_client("-tls1_3", "-ign_eof", input=request))


class Files(TlsTest):
    def test_certificates_are_read_again(self):
        flags = self.folder.certificate("renewed", "localhost")
        with Server("--host", "127.0.0.1", "--port", "0", "--threads", "2", "--health", "/healthz", *flags) as server:
            os.rename(self.folder / "renewed.pem", self.folder / "first.pem")
            self.assertEqual(self.curl(authority="first", port=server.port), (0, "ok\n"))
            with open(self.folder / "renewed.pem", "w") as file:
                file.write("-----BEGIN CERTIFICATE-----\nnonsense\n")
            server.process.send_signal(signal.SIGHUP)
            server.seen("there is no PEM certificate in it .*; the certificates that are in force stay so")
            self.assertEqual(self.curl(authority="first", port=server.port), (0, "ok\n"))
            self.folder.certificate("renewed", "localhost")
            server.process.send_signal(signal.SIGHUP)
            server.seen("the certificates have been read anew")
            self.assertEqual(self.curl(authority="renewed", port=server.port), (0, "ok\n"))
            self.assertEqual(self.curl(authority="first", port=server.port)[0], 60)

    def test_ocsp_responses_are_stapled(self):
        self.folder.ocsp("localhost")
        with Server("--host", "127.0.0.1", "--port", "0", "--threads", "1", *self.flags, "--tls-ocsp",
                    self.folder / "localhost.der") as server:
            self.assertIn("OCSP Response Status: successful", self.s_client("-status", port=server.port))
        self.assertIn("OCSP response: no response sent", self.s_client("-status"))

    def test_clients_show_certificates(self):
        self.folder.client("authority", "alice")
        self.folder.client("stranger", "mallory")
        with Server("--host", "127.0.0.1", "--port", "0", "--threads", "1", "--health", "/healthz", *self.flags,
                    "--tls-client-ca", self.folder / "authority.pem") as server:
            def ask(*flags):
                return self.curl(*flags, port=server.port)
            for version in (["--tlsv1.3"], ["--tls-max", "1.2"]):
                self.assertEqual(ask(*version, "--cert", self.folder / "alice.pem", "--key", self.folder / "alice.key"),
                                 (0, "ok\n"))
                self.assertNotEqual(ask(*version)[0], 0)
                self.assertNotEqual(ask(*version, "--cert", self.folder / "mallory.pem", "--key",
                                        self.folder / "mallory.key")[0], 0)

    def test_what_is_wrong_with_flags_is_said(self):
        binary = self.server.command[0]
        certificate, key = self.flags[1], self.flags[3]
        for flags, code, message in (
            (["--tls-cert", certificate], 2, "give one key for each certificate"),
            (["--tls-client-ca", certificate], 2, "--tls-client-ca needs a certificate of the server's own"),
            (["--tls-client-optional"], 2, "--tls-client-optional needs --tls-client-ca"),
            (["--tls-cert", "/none.pem", "--tls-key", key], 1,
             "cannot read the certificate /none.pem: No such file or directory"),
            (["--tls-cert", certificate, "--tls-key", self.folder / "wild.key"], 1,
             "does not belong to the certificate"),
            (["--socket-mode", "999"], 2, "give octal digits"),
            (["--health", "healthz"], 2, "a path begins with /"),
        ):
            with self.subTest(flags=flags):
                result, output = run(binary, "--host", "127.0.0.1", "--port", "0", *flags)
                self.assertEqual(result, code, output)
                self.assertIn(message, output)


if __name__ == "__main__":
    unittest.main()
