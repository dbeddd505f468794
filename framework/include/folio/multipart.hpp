// Multipart: a form with files, as browsers send it with enctype="multipart/form-data". RFC 7578.
//
//     Task<Response> POST(Multipart form) {
//       auto* photo = form.file("photo");
//       if (photo == nullptr) co_return Response::problem(AppError::bad_request("choose a photo"));
//       if (auto saved = co_await photo->save("uploads/" + new_id() + ".jpg"); !saved) co_return …;
//       co_return Response::redirect("/photos", 303);
//     }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <folio/extract.hpp>
#include <folio/request.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>

namespace folio {

namespace detail {
class UploadFolder;  // the temporary files of one form
}

// A field of a form, or a file when it has a file name.
class FormPart {
 public:
  FormPart(std::string name, std::optional<std::string> filename, std::string content_type)
      : name_(std::move(name)), filename_(std::move(filename)), content_type_(std::move(content_type)) {}

  // Of the form's field.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_file() const { return filename_.has_value(); }
  // What a field holds; empty for a file.
  [[nodiscard]] const std::string& text() const { return text_; }

  // The name that the client says its file has: anything at all. Empty, with no bytes, where the user has chosen none.
  [[nodiscard]] std::string_view filename() const { return filename_ ? std::string_view(*filename_) : ""; }
  // The same as a name that leads nowhere: without folders, dots in front, control characters and what systems take for
  // more than a name, at most 200 bytes; `file` when nothing is left. Two files may have the same.
  [[nodiscard]] std::string safe_filename() const;
  // The client's word for what the file is. Not to be trusted either; empty: text/plain.
  [[nodiscard]] const std::string& content_type() const { return content_type_; }
  // Bytes of the file or the text.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Where a file lies until the form is gone.
  [[nodiscard]] const std::string& path() const { return path_; }

  // Puts the file at `path`, off the loop: by moving it where that is on the same file system as the temporary folder,
  // and otherwise by copying. An error when there is something at `path` already, when it cannot be written, or when
  // the part is a field. Once; a file that was not saved goes with the form. REQUIRES: the form outlives the task.
  [[nodiscard]] Task<Result<void>> save(std::string path);

 private:
  friend class Multipart;
  std::string name_;
  std::optional<std::string> filename_;
  std::string content_type_;
  std::string text_;
  std::string path_;
  std::uint64_t size_ = 0;
};

// As a handler's parameter it is read before the handler runs, while it arrives: fields into memory, files into a
// temporary folder without lying in memory. What is no such form is answered with 415, what is malformed with 400, and
// what is larger than the settings [multipart] allow with 413; the handler then does not run. The files are removed
// with the form.
//
// `filename*` is not looked at: RFC 7578 §4.2 says that it must not be used in forms. The loop's thread only.
class Multipart {
 public:
  static constexpr bool streams_body = true;
  static Task<Result<Multipart>> from_request(Request& request);

  // In the order of the form.
  [[nodiscard]] std::span<FormPart> parts() { return parts_; }
  [[nodiscard]] std::span<const FormPart> parts() const { return parts_; }
  // The text of the first field of that name that is no file.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
  // The first file of that name that the user has chosen, or null. Good as long as the form.
  [[nodiscard]] FormPart* file(std::string_view name);
  // The fields as a plain struct, by the rules of Form<T>: `auto order = form.fields<Order>();`.
  template <class T>
  [[nodiscard]] Result<T> fields() const {
    detail::FieldFiller<T> filler;
    filler.source = "form field";
    for (const FormPart& part : parts_) {
      if (!part.is_file()) filler.take(part.name(), part.text());
    }
    return filler.finish();
  }

 private:
  std::vector<FormPart> parts_;
  std::shared_ptr<detail::UploadFolder> folder_;
};

}  // namespace folio
