// The members of Multipart and FormPart, over http/multipart and the body as it arrives.
#include <folio/multipart.hpp>

#include <folio/body_stream.hpp>
#include <folio/offload.hpp>

#include <algorithm>
#include <variant>

#include "app/connection.hpp"
#include "app/exchange.hpp"
#include "app/upload_folder.hpp"
#include "app/worker.hpp"
#include "http/file_name.hpp"
#include "http/multipart.hpp"

namespace folio {

namespace {

// Where a form went wrong is told by the field that was being read.
AppError form_error(const http::ParseError& error, const std::vector<FormPart>& parts) {
  std::string message(error.reason);
  if (!parts.empty()) message += " (at or after the field '" + parts.back().name() + "')";
  return {error.status, std::move(message)};
}

}  // namespace

std::string FormPart::safe_filename() const {
  return http::safe_file_name(filename());
}

Task<Result<void>> FormPart::save(std::string path) {
  if (path_.empty()) {
    co_return AppError::internal("the part '" + name_ + "' of the form is " +
                                 (is_file() ? "saved already" : "a field and no file"));
  }
  // Moved by a job that goes on when this task does not: then it is the job's to take.
  std::string problem = co_await offload([from = path_, to = path] { return detail::place_file(from, to); });
  if (!problem.empty()) co_return AppError::internal(std::move(problem));
  path_.clear();
  co_return {};
}

std::optional<std::string_view> Multipart::field(std::string_view name) const {
  const auto found =
      std::ranges::find_if(parts_, [&](const FormPart& part) { return !part.is_file() && part.name() == name; });
  if (found == parts_.end()) return std::nullopt;
  return found->text();
}

FormPart* Multipart::file(std::string_view name) {
  // A browser sends a part without name and bytes for a file that was not chosen.
  const auto found = std::ranges::find_if(parts_, [&](const FormPart& part) {
    return part.is_file() && part.name() == name && (part.size() != 0 || !part.filename().empty());
  });
  return found == parts_.end() ? nullptr : &*found;
}

Task<Result<Multipart>> Multipart::from_request(Request& request) {
  using Event = http::MultipartParser::Event;
  const auto boundary = http::multipart_boundary(request.header("Content-Type"));
  if (const auto* error = std::get_if<http::ParseError>(&boundary)) {
    co_return AppError(error->status, std::string(error->reason));
  }
  const app::Config& config = request.data().exchange->connection->worker().config();
  auto body = BodyStream::from_request(request);
  if (!body) co_return std::move(body).error();
  body->limit(config.multipart.max_form);

  Multipart form;
  form.folder_ = std::make_shared<detail::UploadFolder>(config.temporary_folder);
  http::MultipartParser parser(std::get<std::string>(boundary), config.multipart);
  // The jobs share the folder, so that one under way when this task ends is not left without it.
  const auto on_disk = [folder = form.folder_](auto work) {
    return offload([folder, work = std::move(work)] { return work(*folder); });
  };
  while (auto piece = co_await body->read()) {
    std::string_view input = *piece;
    std::string pending;  // of a file
    std::string problem;
    for (Event event = parser.next(input); event != Event::NeedMore && event != Event::End;
         event = parser.next(input)) {
      if (event == Event::Error) co_return form_error(parser.error(), form.parts_);
      if (event == Event::PartBegin) {
        const http::PartHead& head = parser.head();
        form.parts_.emplace_back(head.name, head.filename, head.content_type);
        if (head.is_file()) {
          problem = co_await on_disk([](detail::UploadFolder& folder) { return folder.begin_file(); });
          form.parts_.back().path_ = form.folder_->path();
        }
      }
      FormPart& part = form.parts_.back();
      if (event == Event::Data) {
        part.size_ += parser.data().size();
        (part.is_file() ? pending : part.text_) += parser.data();
      }
      if (event == Event::PartEnd && part.is_file()) {
        problem = co_await on_disk([bytes = std::exchange(pending, {})](detail::UploadFolder& folder) {
          std::string fault = folder.write(bytes);
          std::string other = folder.end_file();
          return fault.empty() ? other : fault;
        });
      }
      if (!problem.empty()) co_return AppError::internal(std::move(problem));
    }
    if (pending.empty()) continue;
    problem =
        co_await on_disk([bytes = std::move(pending)](detail::UploadFolder& folder) { return folder.write(bytes); });
    if (!problem.empty()) co_return AppError::internal(std::move(problem));
  }
  if (parser.finish() == Event::Error) co_return form_error(parser.error(), form.parts_);
  co_return form;
}

}  // namespace folio
