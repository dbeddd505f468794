#include "dev/error_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <folio/json.hpp>

using folio::dev::client_tag_position;
using folio::dev::Diagnostic;
using folio::dev::Trouble;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

Trouble trouble() {
  Diagnostic error;
  error.code = "R001";
  error.message = "no member 'x' in std::vector<int> & \"</script>\"";
  error.place = {"routes/<b>.cpp", 3, 5};
  error.others = {{"routes/other.cpp", 0, 0}};
  error.help = "rename <one>";
  error.frame = {{2, "  if (a < b && c > d) {", false}, {3, "    <script>alert(1)</script>", true}};
  error.caret = 5;
  error.notes = {{{"routes/x.cpp", 1, 1}, "candidate <T>"}};
  return {
      .kind = Trouble::Kind::Build, .summary = "1 <error>", .diagnostics = {error}, .trace = "#0 f<int>()\n#1 main"};
}

TEST(ErrorPage, ShowsEverythingAsText) {
  const auto page = render_error_page(trouble());
  EXPECT_THAT(page, HasSubstr("std::vector&lt;int&gt; &amp; &quot;&lt;/script&gt;&quot;"));
  EXPECT_THAT(page, HasSubstr("routes/&lt;b&gt;.cpp:3:5"));
  EXPECT_THAT(page, HasSubstr("routes/other.cpp"));
  EXPECT_THAT(page, HasSubstr("  if (a &lt; b &amp;&amp; c &gt; d) {"));
  EXPECT_THAT(page, HasSubstr("rename &lt;one&gt;"));
  EXPECT_THAT(page, HasSubstr("#0 f&lt;int&gt;()"));
  EXPECT_THAT(page, HasSubstr("1 &lt;error&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("<script src=\"/__folio/client.js?g=0\"></script>"));
}

struct ProblemError {
  std::string severity, code, message, file, help;
  int line = 0, column = 0;
};
struct Problem {
  std::string type, title, detail, trace;
  int status = 0;
  std::vector<ProblemError> errors;
};

TEST(ErrorPage, IsProblemDetailsForClientsOfAnApi) {
  Problem problem;
  folio::JsonError fault;
  ASSERT_TRUE(folio::read_json(render_error_json(trouble()), problem, fault)) << fault.message;
  EXPECT_EQ(problem.status, 500);
  EXPECT_EQ(problem.type, "about:blank");
  EXPECT_EQ(problem.detail, "routes/<b>.cpp:3:5: no member 'x' in std::vector<int> & \"</script>\"");
  ASSERT_EQ(problem.errors.size(), 1U);
  EXPECT_EQ(problem.errors[0].code, "R001");
  EXPECT_EQ(problem.errors[0].line, 3);
  EXPECT_EQ(problem.trace, "#0 f<int>()\n#1 main");
}

TEST(ClientTag, GoesBeforeTheEndOfTheBody) {
  EXPECT_EQ(client_tag_position("<html><body>x</body></html>"), 13U);
  EXPECT_EQ(client_tag_position("<pre></body></pre><BODY>x</BODY >"), 25U);
  EXPECT_EQ(client_tag_position("<html>x</html>"), 7U);
  EXPECT_EQ(client_tag_position("<p>x"), 4U);
  EXPECT_EQ(client_tag_position(""), 0U);
}

}  // namespace
