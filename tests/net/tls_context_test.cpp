// What TlsContext says about files that it cannot use.
#include "net/tls_context.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/self_signed.hpp"

using folio::net::make_self_signed;
using folio::net::TlsContext;
using folio::net::TlsRole;
namespace fs = std::filesystem;

namespace {

std::string encrypted(const std::string& key_pem, std::string passphrase) {
  BIO* in = BIO_new_mem_buf(key_pem.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), passphrase.data(), static_cast<int>(passphrase.size()),
                                nullptr, nullptr);
  const char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(in);
  BIO_free(out);
  EVP_PKEY_free(key);
  return text;
}

class TlsContextTest : public ::testing::Test {
 protected:
  TlsContextTest() {
    std::string name = fs::temp_directory_path() / "folio-tls-XXXXXX";
    folder = ::mkdtemp(name.data());
    certificate = write("certificate.pem", identity.certificate_pem);
    key = write("key.pem", identity.key_pem);
  }
  ~TlsContextTest() override { fs::remove_all(folder); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return folder / name;
  }

  const folio::net::SelfSigned identity = make_self_signed();
  fs::path folder;
  std::string certificate;
  std::string key;
};

TEST_F(TlsContextTest, ReadsFiles) {
  const auto server = TlsContext::server({.certificate_file = certificate, .key_file = key});
  EXPECT_EQ(server.message, "");
  ASSERT_TRUE(server.context);
  EXPECT_EQ(server.context->role(), TlsRole::Server);
  EXPECT_EQ(server.context->warnings().size(), 0U);
  const auto client = TlsContext::client({.authorities_file = certificate});
  EXPECT_EQ(client.message, "");
  ASSERT_TRUE(client.context);
  EXPECT_EQ(client.context->role(), TlsRole::Client);
}

TEST_F(TlsContextTest, ReadsAChain) {
  const auto chain = write("chain.pem", identity.certificate_pem + make_self_signed().certificate_pem);
  EXPECT_EQ(TlsContext::server({.certificate_file = chain, .key_file = key}).message, "");
}

TEST_F(TlsContextTest, TakesTheSystemsAuthorities) {
  EXPECT_EQ(TlsContext::client().message, "");
}

TEST_F(TlsContextTest, NamesAFileThatIsMissing) {
  const std::string missing = folder / "none.pem";
  EXPECT_EQ(TlsContext::server({.certificate_file = missing, .key_file = key}).message,
            "cannot read the certificate " + missing + ": No such file or directory");
  EXPECT_EQ(TlsContext::server({.certificate_file = certificate, .key_file = missing}).message,
            "cannot read the private key " + missing + ": No such file or directory");
  EXPECT_EQ(TlsContext::client({.authorities_file = missing}).message,
            "cannot read the certificate authorities " + missing + ": No such file or directory");
  EXPECT_EQ(TlsContext::server({.certificate_file = certificate}).message,
            "the private key is missing: name its PEM file");
  EXPECT_FALSE(TlsContext::server({.certificate_file = certificate}).context);
}

TEST_F(TlsContextTest, NamesAFileThatHoldsSomethingElse) {
  const auto empty = write("empty.pem", "");
  EXPECT_EQ(TlsContext::server({.certificate_file = empty, .key_file = key}).message,
            "cannot read the certificate " + empty + ": the file is empty");
  EXPECT_EQ(TlsContext::server({.certificate_file = folder, .key_file = key}).message,
            "cannot read the certificate " + folder.string() + ": Is a directory");
  EXPECT_EQ(TlsContext::server({.certificate_file = key, .key_file = key}).message,
            "the certificate " + key + ": there is no PEM certificate in it (no start line)");
  EXPECT_EQ(TlsContext::server({.certificate_file = certificate, .key_file = certificate}).message.substr(0, 60),
            ("the private key " + certificate + ": there is no PEM private key in it").substr(0, 60));
  EXPECT_EQ(TlsContext::client({.authorities_file = key}).message,
            "the certificate authorities " + key + ": there is no PEM certificate in it (no start line)");
}

TEST_F(TlsContextTest, SaysThatTheKeyIsAnothers) {
  const auto other = write("other.pem", make_self_signed().key_pem);
  EXPECT_EQ(TlsContext::server({.certificate_file = certificate, .key_file = other}).message,
            "the private key " + other + " does not belong to the certificate " + certificate +
                ": give the key that the certificate was made with");
}

TEST_F(TlsContextTest, WantsThePassphraseOfAKey) {
  const auto locked = write("locked.pem", encrypted(identity.key_pem, "open sesame"));
  const auto message = [&](const std::string& passphrase) {
    return TlsContext::server({.certificate_file = certificate, .key_file = locked, .key_passphrase = passphrase})
        .message;
  };
  EXPECT_EQ(message(""), "the private key " + locked + " is encrypted: give its passphrase");
  EXPECT_EQ(message("wrong"), "the private key " + locked + ": the passphrase is wrong");
  EXPECT_EQ(message("open sesame"), "");
}

TEST_F(TlsContextTest, WarnsOfACertificateThatIsNotValidToday) {
  const auto old = make_self_signed({.begins = std::chrono::hours(-48), .lasts = std::chrono::hours(24)});
  const auto expired = TlsContext::server({.certificate_pem = old.certificate_pem, .key_pem = old.key_pem});
  ASSERT_TRUE(expired.context) << expired.message;
  EXPECT_TRUE(expired.context->warnings().at(0).starts_with("the certificate has expired on 2")) << expired.context->warnings().at(0);
  const auto young = make_self_signed({.begins = std::chrono::hours(48)});
  const auto early = TlsContext::server({.certificate_pem = young.certificate_pem, .key_pem = young.key_pem});
  ASSERT_TRUE(early.context) << early.message;
  EXPECT_TRUE(early.context->warnings().at(0).starts_with("the certificate is not valid before 2"))
      << early.context->warnings().at(0);
}

}  // namespace
