#include "http/multipart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/file_name.hpp"

namespace folio::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Part {
  PartHead head;
  std::string content;
  bool whole = false;
};

struct Form {
  std::vector<Part> parts;
  bool ended = false;
  ParseError error;
};

Form read(std::string_view body, std::size_t step, std::string_view boundary, const MultipartLimits& limits) {
  using Event = MultipartParser::Event;
  MultipartParser parser(boundary, limits);
  Form form;
  for (std::size_t at = 0; at < body.size() && !form.ended && form.error.status == 0; at += step) {
    std::string_view input = body.substr(at, step);
    for (Event event = parser.next(input); event != Event::NeedMore; event = parser.next(input)) {
      if (event == Event::PartBegin) form.parts.push_back({parser.head(), {}});
      if (event == Event::Data) form.parts.back().content += parser.data();
      if (event == Event::PartEnd) form.parts.back().whole = true;
      form.ended = event == Event::End;
      if (event == Event::Error) form.error = parser.error();
      if (form.ended || event == Event::Error) break;
    }
  }
  if (!form.ended && form.error.status == 0) {
    EXPECT_EQ(parser.finish(), Event::Error);
    form.error = parser.error();
  }
  return form;
}

// Whole, byte by byte, and in pieces of several sizes: all alike.
Form read(std::string_view body, std::string_view boundary = "b", const MultipartLimits& limits = {}) {
  Form whole = read(body, body.size() + 1, boundary, limits);
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
    const Form pieces = read(body, step, boundary, limits);
    EXPECT_EQ(pieces.error.reason, whole.error.reason) << body;
    EXPECT_EQ(pieces.ended, whole.ended) << body;
    EXPECT_EQ(pieces.parts.size(), whole.parts.size()) << body;
    for (std::size_t i = 0; i < std::min(pieces.parts.size(), whole.parts.size()); ++i) {
      EXPECT_EQ(pieces.parts[i].head.name, whole.parts[i].head.name);
      EXPECT_EQ(pieces.parts[i].whole, whole.parts[i].whole);
      // Before an error the pieces may have given bytes that the whole had not come to.
      if (whole.error.status == 0) EXPECT_EQ(pieces.parts[i].content, whole.parts[i].content) << body;
    }
  }
  return whole;
}

std::string part(std::string_view disposition, std::string_view content, std::string_view more = {}) {
  return std::string("--b\r\nContent-Disposition: ")
      .append(disposition)
      .append("\r\n")
      .append(more)
      .append("\r\n")
      .append(content)
      .append("\r\n");
}

PartHead head_of(std::string_view disposition) {
  const Form form = read(part(disposition, "x") + "--b--\r\n");
  EXPECT_EQ(form.error.reason, "") << disposition;
  return form.parts.empty() ? PartHead{} : form.parts.front().head;
}

std::string fault_of(std::string_view body, const MultipartLimits& limits = {}) {
  const Form form = read(body, "b", limits);
  EXPECT_FALSE(form.ended);
  return std::to_string(form.error.status) + " " + std::string(form.error.reason);
}

TEST(Rfc7578Section4, FieldsAndFilesInOrder) {
  const Form form =
      read(part("form-data; name=\"title\"", "Folio") +
           part("form-data; name=\"photo\"; filename=\"a b.png\"", "\x89PNG\r\n\x1a\n", "Content-Type: image/png\r\n") +
           "--b--\r\n");
  ASSERT_TRUE(form.ended) << form.error.reason;
  ASSERT_EQ(form.parts.size(), 2u);
  EXPECT_EQ(form.parts[0].head.name, "title");
  EXPECT_FALSE(form.parts[0].head.is_file());
  EXPECT_EQ(form.parts[0].content, "Folio");
  EXPECT_EQ(form.parts[1].head.name, "photo");
  EXPECT_EQ(form.parts[1].head.filename, "a b.png");
  EXPECT_EQ(form.parts[1].head.content_type, "image/png");
  EXPECT_EQ(form.parts[1].content, "\x89PNG\r\n\x1a\n");
  EXPECT_TRUE(form.parts[1].whole);
}

TEST(Rfc7578Section4, EmptyFormEmptyFieldEmptyFile) {
  EXPECT_TRUE(read("--b--\r\n").ended);
  EXPECT_TRUE(read("--b--").ended);
  const Form form = read(part("form-data; name=a", "") + part("form-data; name=f; filename=\"\"", "") + "--b--");
  ASSERT_EQ(form.parts.size(), 2u);
  EXPECT_EQ(form.parts[0].content, "");
  EXPECT_EQ(form.parts[1].head.filename, "");
  EXPECT_TRUE(form.parts[1].whole);
}

TEST(Rfc7578Section4_2, NamesAsBrowsersWriteThem) {
  EXPECT_EQ(head_of("form-data; name=\"a%22b%0D%0Ac\"").name, "a\"b\r\nc");
  EXPECT_EQ(head_of("form-data; name=\"100%25 %41\"").name, "100%25 %41");
  EXPECT_EQ(head_of("form-data; name=\"a\\\"b\\\\c\"").name, "a\"b\\c");
  EXPECT_EQ(head_of("form-data; name=\"f\"; filename=\"C:\\dir\\x.txt\"").filename, "C:\\dir\\x.txt");
  EXPECT_EQ(head_of("form-data; name=\"\xc3\xa4;=\"").name, "\xc3\xa4;=");
  EXPECT_EQ(head_of("FORM-DATA ;; NAME=plain ; x=y").name, "plain");
  EXPECT_EQ(head_of("form-data; name=\"\"").name, "");
}

TEST(Rfc7578Section4_2, TheExtendedFileNameIsIgnored) {
  const PartHead head = head_of("form-data; name=f; filename=\"a.txt\"; filename*=UTF-8''evil.exe");
  EXPECT_EQ(head.filename, "a.txt");
  EXPECT_FALSE(head_of("form-data; name=f; filename*=UTF-8''a.txt").is_file());
}

TEST(Rfc7578Section4_2, RefusesWhatIsNoPartOfAForm) {
  for (const std::string_view disposition :
       {"attachment; name=a", "form-data; name=a; name=b", "form-data; name=a; filename=x; filename=y",
        "form-data; name=\"a", "form-data; name=\"a\"b", "form-data; name", "form-data; name=", "form-data name=a"}) {
    EXPECT_THAT(fault_of(part(disposition, "x") + "--b--"), HasSubstr("400 The Content-Disposition of a part must"))
        << disposition;
  }
  EXPECT_THAT(fault_of(part("form-data", "x") + "--b--"), HasSubstr("400 A part of the form has no name"));
  EXPECT_THAT(fault_of("--b\r\n\r\nx\r\n--b--"), HasSubstr("must have one Content-Disposition"));
  EXPECT_THAT(fault_of(part("form-data; name=a", "x", "Content-Disposition: form-data; name=b\r\n") + "--b--"),
              HasSubstr("must have one Content-Disposition"));
}

TEST(Rfc7578Section4_7, RefusesTransferEncodingsThatChangeBytes) {
  EXPECT_THAT(fault_of(part("form-data; name=a", "eA==", "Content-Transfer-Encoding: base64\r\n") + "--b--"),
              HasSubstr("send its bytes as they are"));
  EXPECT_TRUE(
      read(part("form-data; name=a", "x", "Content-Transfer-Encoding: BINARY\r\nX-Other: 1\r\n") + "--b--").ended);
}

TEST(Rfc2046Section5_1_1, WhatLooksLikeABoundaryIsData) {
  for (const std::string_view content :
       {"\r", "\n", "\r\n", "\r\n\r\n", "\r\n-", "\r\n--", "\r\n--c", "\r\r\n--", "--b", "x--b--", "\n--b\n", "\r--b--",
        "\r\n-\r\n--\r\n", "--\r\n-b", "-", "\r\n -- b", "\r\n--B"}) {
    const Form form = read(part("form-data; name=a", std::string("x").append(content)) + "--b--");
    ASSERT_TRUE(form.ended) << content;
    EXPECT_EQ(form.parts.at(0).content, std::string("x").append(content));
  }
  const Form dashes = read(part("form-data; name=a", "--") + "--b--");
  EXPECT_EQ(dashes.parts.at(0).content, "--");
}

TEST(Rfc2046Section5_1_1, PreambleAndEpilogueArePassedOver) {
  const Form form = read("not for you\r\n --b\r\n--a\r\n" + part("form-data; name=a", "x") + "--b--\r\n--b\r\nrubbish");
  ASSERT_TRUE(form.ended) << form.error.reason;
  EXPECT_EQ(form.parts.size(), 1u);
}

TEST(Rfc2046Section5_1_1, PaddingBehindABoundary) {
  const Form form = read("--b \t \r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b-- \r\n");
  ASSERT_TRUE(form.ended) << form.error.reason;
  EXPECT_EQ(form.parts.at(0).content, "x");
}

TEST(Rfc2046Section5_1_1, APartWithoutABodySharesTheLineBreak) {
  const Form form = read("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--");
  ASSERT_TRUE(form.ended) << form.error.reason;
  EXPECT_EQ(form.parts.at(0).content, "");
}

TEST(Rfc2046Section5_1_1, ALineThatBeginsWithTheBoundaryIsOne) {
  for (const std::string_view after : {"c\r\n", "-x", "\n", "\rx", " x", "-\r\n"}) {
    EXPECT_THAT(fault_of(part("form-data; name=a", std::string("x\r\n--b").append(after)) + "--b--"),
                HasSubstr("400 A boundary of the form must be followed by CRLF"))
        << after;
  }
}

TEST(Rfc2046Section5_1_1, TheLastBoundaryMustCome) {
  const std::string body = part("form-data; name=a", "x") + "--b--";
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_THAT(fault_of(body.substr(0, size)), HasSubstr("ends before its last boundary")) << size;
  }
}

TEST(Rfc2046Section5_1, HeadsOfPartsAreReadStrictly) {
  EXPECT_THAT(fault_of("--b\r\nContent-Disposition: form-data; name=a;\r\n x=y\r\n\r\nx\r\n--b--"),
              HasSubstr("folded"));
  EXPECT_THAT(fault_of("--b\r\nContent-Disposition: form-data; name=a\nX: y\r\n\r\nx\r\n--b--"), HasSubstr("LF alone"));
  EXPECT_THAT(fault_of("--b\r\nContent-Disposition : form-data; name=a\r\n\r\nx\r\n--b--"), HasSubstr("colon"));
  EXPECT_THAT(fault_of(part(std::string_view("form-data; name=\"a\0b\"", 21), "x") + "--b--"), HasSubstr("control"));
  EXPECT_THAT(fault_of(part("form-data; name=a", "x", "Content-Type: a/b\r\nContent-Type: c/d\r\n") + "--b--"),
              HasSubstr("more than one Content-Type"));
}

TEST(MultipartLimits, EachHasItsAnswer) {
  const std::string two =
      part("form-data; name=a", "12345") + part("form-data; name=f; filename=x", "1234567") + "--b--";
  EXPECT_TRUE(
      read(two, "b", {.max_parts = 2, .max_part_head = 64, .max_field = 5, .max_file = 7, .max_form = two.size()})
          .ended);
  EXPECT_THAT(fault_of(two, {.max_parts = 1}), HasSubstr("413 The form has more parts"));
  EXPECT_THAT(fault_of(two, {.max_field = 4}), HasSubstr("413 A field of the form"));
  EXPECT_THAT(fault_of(two, {.max_fields = 90}), HasSubstr("413 The fields of the form together"));
  EXPECT_THAT(fault_of(two, {.max_file = 6}), HasSubstr("413 A file in the form"));
  EXPECT_THAT(fault_of(two, {.max_form = two.size() - 1}), HasSubstr("413 The form is larger"));
  EXPECT_THAT(fault_of(two, {.max_part_head = 40}), HasSubstr("431 The head of a part"));
  EXPECT_THAT(fault_of("--b\r\n" + std::string(9000, 'x')), HasSubstr("431 The head of a part"));
  EXPECT_THAT(fault_of("--b" + std::string(9000, ' ')), HasSubstr("must be followed by CRLF"));
  const std::string head = "Content-Disposition: form-data; name=a\r\n\r\n";
  EXPECT_TRUE(read("--b\r\n" + head + "x\r\n--b--", "b", {.max_part_head = head.size()}).ended);
  EXPECT_THAT(fault_of("--b\r\n" + head + "x\r\n--b--", {.max_part_head = head.size() - 1}), HasSubstr("431"));
}

std::string boundary_of(std::string_view type) {
  const auto boundary = multipart_boundary(type);
  if (const auto* error = std::get_if<ParseError>(&boundary)) return std::to_string(error->status);
  return std::get<std::string>(boundary);
}

TEST(Rfc7578Section4_1, Boundaries) {
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=----WebKitFormBoundaryA1b2"), "----WebKitFormBoundaryA1b2");
  EXPECT_EQ(boundary_of("Multipart/Form-Data;charset=utf-8; Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=" + std::string(70, 'x')), std::string(70, 'x'));
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=" + std::string(71, 'x')), "400");
  EXPECT_EQ(boundary_of("multipart/mixed; boundary=x"), "415");
  EXPECT_EQ(boundary_of(""), "415");
  for (const std::string_view type :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a ",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"a\xc3\xa4\"",
        "multipart/form-data; boundary=a b", "multipart/form-data boundary=a"}) {
    EXPECT_EQ(boundary_of(type).substr(0, 1), "4") << type;
  }
}

TEST(SafeFileName, LeadsNowhere) {
  EXPECT_EQ(safe_file_name("photo.png"), "photo.png");
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("C:\\Users\\me\\photo 1.png"), "photo 1.png");
  EXPECT_EQ(safe_file_name("/"), "file");
  EXPECT_EQ(safe_file_name(""), "file");
  EXPECT_EQ(safe_file_name(".."), "file");
  EXPECT_EQ(safe_file_name("a/.htaccess"), "htaccess");
  EXPECT_EQ(safe_file_name(" . x. "), "x");
  EXPECT_EQ(safe_file_name(std::string_view("a\0b\n\x7f.txt", 9)), "a_b__.txt");
  EXPECT_EQ(safe_file_name("a<b>:\"|?*.txt"), "a_b______.txt");
  EXPECT_EQ(safe_file_name("\xc3\xa4\xff.txt"), "\xc3\xa4_.txt");
}

TEST(SafeFileName, IsBounded) {
  const std::string longer = safe_file_name(std::string(500, 'x') + ".tar.gz");
  EXPECT_EQ(longer.size(), longest_file_name);
  EXPECT_TRUE(longer.ends_with(".gz"));
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(safe_file_name(umlauts + ".a").size(), longest_file_name);
  EXPECT_LE(safe_file_name("a." + std::string(500, 'x')).size(), longest_file_name);
}

}  // namespace
}  // namespace folio::http
