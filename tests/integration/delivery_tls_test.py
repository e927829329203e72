"""Mail over TLS: a server whose certificate is as it should be gets the mail, any other gets nothing, least of all in the clear."""
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from alert_peers import Mails
from api_fixture import Daemon, poll
from delivery_test import DeliveryTest


def openssl(*args: str, folder: Path) -> None:
    subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)


class Authority:
    """Signs certificates, and is trusted by nobody who does not have its file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.file = folder, name, folder / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign", "-keyout", f"{name}.key",
                "-out", f"{name}.pem", folder=folder)

    def server(self, host: str) -> ssl.SSLContext:
        """What a server needs that shows a certificate for this host, as "IP:127.0.0.1"."""
        leaf = f"{self.name}-server"
        (self.folder / f"{leaf}.ext").write_text(f"subjectAltName={host}\nbasicConstraints=CA:FALSE\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=mail", "-keyout", f"{leaf}.key",
                "-out", f"{leaf}.csr", folder=self.folder)
        openssl("x509", "-req", "-in", f"{leaf}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{leaf}.ext", "-out", f"{leaf}.pem", folder=self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{leaf}.pem", self.folder / f"{leaf}.key")
        return context


class TlsTest(DeliveryTest):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.authority = Authority(Path(temporary.name), "ours")

    def mails_over(self, tls: str, context: ssl.SSLContext | None) -> None:
        self.mails = Mails(starttls=context if tls == "starttls" else None, tls=context if tls == "tls" else None)
        self.addCleanup(self.mails.close)

    def start_mail(self, tls: str, **more: Any) -> Daemon:
        channel = self.mail()
        channel["smtp"].update({"tls": tls, **more})
        return self.start({"mail": channel})

    def refusal(self, daemon: Daemon) -> str:
        """What is said of the first try, which is not the last one."""
        self.break_run(daemon)
        poll(lambda: daemon.rows("SELECT tries FROM outbox WHERE tries > 0"), "the first try to be recorded")
        error, state = daemon.rows("SELECT last_error, state FROM outbox ORDER BY message_id")[0]
        self.assertEqual(state, "pending", error)
        self.assertEqual(self.mails.mails, [])
        self.assertEqual(self.mails.said_in_clear, [], "nothing of a mail is said before the connection is safe")
        self.assertEqual(daemon.admin.get("/api/v1/channels")["channels"][0]["last_error"], error)
        return str(error)


class Tls(TlsTest):
    def test_a_certificate_that_is_as_it_should_be_is_taken(self) -> None:
        for tls in ("starttls", "tls"):
            with self.subTest(tls):
                self.mails_over(tls, self.authority.server("IP:127.0.0.1"))
                daemon = self.start_mail(tls, ca_file=str(self.authority.file), user="tidemill", password={"secret": "smtp"})
                self.secret(daemon, "smtp", "hunter2")
                self.break_run(daemon)
                self.assertIn("a of boom failed", self.mails.wait(1)[0]["Subject"])
                self.assertEqual(self.mails.logins[0], ("tidemill", "hunter2"))
                self.assertEqual(self.mails.said_in_clear, [])

    def test_an_unknown_signer_is_refused(self) -> None:
        for tls in ("starttls", "tls"):
            with self.subTest(tls):
                self.mails_over(tls, self.authority.server("IP:127.0.0.1"))
                other = Authority(self.authority.folder, f"other-{tls}")
                said = self.refusal(self.start_mail(tls, ca_file=str(other.file)))
                self.assertRegex(said, r"^127\.0\.0\.1: its certificate is not trusted: .+; name who signed it in ca_file$")

    def test_without_a_file_the_system_decides_who_is_trusted(self) -> None:
        self.mails_over("starttls", self.authority.server("IP:127.0.0.1"))
        self.assertIn("its certificate is not trusted", self.refusal(self.start_mail("starttls")))

    def test_a_certificate_for_another_name_is_refused(self) -> None:
        self.mails_over("starttls", self.authority.server("DNS:mail.example.org"))
        said = self.refusal(self.start_mail("starttls", ca_file=str(self.authority.file)))
        self.assertEqual(said, "127.0.0.1: its certificate is for another name")

    def test_a_server_that_does_not_offer_tls_gets_nothing(self) -> None:
        self.mails_over("none", None)
        said = self.refusal(self.start_mail("starttls"))
        self.assertEqual(said, "127.0.0.1: it offers no STARTTLS, and nothing is sent in the clear")

    def test_a_file_of_signers_that_is_not_there_is_told(self) -> None:
        self.mails_over("starttls", self.authority.server("IP:127.0.0.1"))
        said = self.refusal(self.start_mail("starttls", ca_file="/nowhere/ca.pem"))
        self.assertEqual(said, "127.0.0.1: the file of signers /nowhere/ca.pem cannot be used")


if __name__ == "__main__":
    unittest.main()
