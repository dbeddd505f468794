// The certificate of `folio dev --https`: self-signed, kept in the app's build folder, so that a browser that was told
// to trust it once goes on to do so.
#pragma once

#include <string>

namespace folio::dev {

struct DevCertificate {
  std::string certificate_file;  // PEM
  std::string key_file;
};

// Makes the files, unless they are there and good for some days more. It is for localhost and this machine's addresses
// on its networks. False with an `error` to be shown.
[[nodiscard]] bool make_dev_certificate(const std::string& build_folder, DevCertificate& certificate,
                                        std::string& error);

}  // namespace folio::dev
