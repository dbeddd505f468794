// What is found in a file's text: handlers, includes, where it is cut, what is unclosed.
#include "codegen/source_facts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace folio::codegen {
namespace {

// "GET:1 POST:4=": name, line, and how: `=` a variable, `;` no body, `@` in a namespace, `?` in an unnamed one.
std::string handlers(std::string_view text) {
  std::string result;
  for (const Declared& declared : read_source(text).declared) {
    constexpr std::string_view kNames = " GET POST PUT PATCH DELETE HEAD OPTIONS ANY WS get post middleware match ";
    if (kNames.find(" " + declared.name + " ") == std::string_view::npos) continue;
    result += (result.empty() ? "" : " ") + declared.name + ":" + std::to_string(declared.position.line);
    if (declared.as == DeclaredAs::Variable) result += "=";
    if (declared.as == DeclaredAs::Declaration) result += ";";
    if (declared.in == DeclaredIn::Namespace) result += "@";
    if (declared.in == DeclaredIn::UnnamedNamespace) result += "?";
  }
  return result;
}

std::string unbalanced(std::string_view text) {
  const auto fault = read_source(text).unbalanced;
  return fault ? fault->message + ":" + std::to_string(fault->position.line) : "";
}

TEST(Handlers, AreFunctionsWithABody) {
  EXPECT_EQ(handlers("Response GET() { return {}; }"), "GET:1");
  EXPECT_EQ(handlers("Task<Response> GET(Request& req) {\n  co_return x();\n}\nint POST()\n{\n}\n"), "GET:1 POST:4");
  EXPECT_EQ(handlers("auto GET(Request& req) -> Task<Response> {}"), "GET:1");
  EXPECT_EQ(handlers("auto GET(Request& req) -> std::map<int, std::vector<int>> {}"), "GET:1");
  EXPECT_EQ(handlers("Result<Json<std::vector<User>>> GET(Path<\"id\", std::uint64_t> id) {}"), "GET:1");
  EXPECT_EQ(handlers("static inline Response GET() {} inline Response POST() noexcept {}"), "GET:1 POST:1");
  EXPECT_EQ(handlers("[[nodiscard]] Response GET [[gnu::hot]] (Request&) {}"), "GET:1");
  EXPECT_EQ(handlers("[[nodiscard]]\n__attribute__((hot))\nResponse\nGET\n(Request&) {}"), "GET:4");
  EXPECT_EQ(handlers("::folio::Response GET() {}"), "GET:1");
  EXPECT_EQ(handlers("Response GET(Options o = {}, int x = f({1, 2})) {}"), "GET:1");
  EXPECT_EQ(handlers("Response GET() try { } catch (...) { }\nResponse PUT() {}"), "GET:1 PUT:2");
  EXPECT_EQ(handlers("ROUTE_MACRO(x)\nResponse GET() {}"), "GET:2");
  EXPECT_EQ(handlers("struct Foo GET() {} Response PUT() {}"), "GET:1 PUT:1");
  EXPECT_EQ(handlers("Response (GET)(Request&) {}"), "GET:1");
  EXPECT_EQ(handlers("decltype(auto) GET() {}"), "GET:1");
  EXPECT_EQ(handlers("extern \"C\" Response GET() {}"), "GET:1");
  EXPECT_EQ(handlers("extern \"C\" {\nResponse GET() {}\n}\nResponse PUT() {}"), "GET:2 PUT:4");
  EXPECT_EQ(handlers("template <class T = std::vector<int>>\nResponse GET(T) {}"), "GET:2");
  EXPECT_EQ(handlers("template <class T> requires requires(T t) { t.GET(); }\nauto GET(T) {}"), "GET:2");
  EXPECT_EQ(handlers("template <class T> requires (sizeof(T) > 1)\nauto GET(T) {}"), "GET:2");
  EXPECT_EQ(handlers("auto GET(auto x) requires Small<decltype(x)> {}\nint PUT() {}"), "GET:1 PUT:2");
  EXPECT_EQ(handlers("auto GET(auto x) requires (sizeof(x) > 1) {}\nint PUT() {}"), "GET:1 PUT:2");
  EXPECT_EQ(handlers("Response GET() <% return {}; %>\nResponse PUT() {}"), "GET:1 PUT:2");
  EXPECT_EQ(
      handlers("A GET() {} B POST() {} C PUT() {} D PATCH() {} E DELETE() {} F HEAD() {} G OPTIONS() {} H ANY() {} "
               "Task<> WS(WebSocket ws) {}"),
      "GET:1 POST:1 PUT:1 PATCH:1 DELETE:1 HEAD:1 OPTIONS:1 ANY:1 WS:1");
}

TEST(Handlers, AreVariablesWithAValue) {
  EXPECT_EQ(handlers("constexpr auto GET = [](Request&) { return 1; };\nint PUT() {}"), "GET:1= PUT:2");
  EXPECT_EQ(handlers("auto& GET = other;"), "GET:1=");
  EXPECT_EQ(handlers("inline constexpr auto GET{&other};"), "GET:1=");
  EXPECT_EQ(handlers("Response (*GET)(Request&) = &other;"), "GET:1=");
  EXPECT_EQ(handlers("using other::GET;"), "GET:1=");
  EXPECT_EQ(handlers("auto GET = a<1, 2>, POST = b;"), "GET:1= POST:1=");
  EXPECT_EQ(handlers("struct { int operator()() { return 1; } } GET;"), "GET:1=");
  EXPECT_EQ(handlers("extern Handler GET;"), "");
}

TEST(Handlers, AreFoundBehindAForgottenSemicolon) {
  // The compiler then says what is wrong; "no handler" would be beside the point.
  EXPECT_EQ(handlers("using namespace folio\nResponse GET() {}"), "GET:2");
  EXPECT_EQ(handlers("struct A { int x; }\nResponse GET() {}"), "GET:2");
  EXPECT_EQ(handlers("int x = 5\nResponse GET() {}\nint PUT() {}"), "GET:2 PUT:3");
  EXPECT_EQ(handlers("static_assert(true)\nResponse GET() {}\n"), "GET:2");
}

TEST(Handlers, AreNotDeclarationsAlone) {
  EXPECT_EQ(handlers("Response GET(Request&);"), "GET:1;");
  EXPECT_EQ(handlers("auto GET(Request&) -> Response;\nauto GET(Request&) -> Response {}"), "GET:1; GET:2");
  EXPECT_EQ(handlers("Response GET() = delete;"), "");
}

TEST(Handlers, AreNotUsesOfTheName) {
  EXPECT_EQ(handlers("int x = GET();"), "");
  EXPECT_EQ(handlers("int x = f(GET());\nint y{GET()};"), "");
  EXPECT_EQ(handlers("static_assert(GET() == 1);"), "");
  EXPECT_EQ(handlers("int f() { GET(); return POST(); }"), "");
  EXPECT_EQ(handlers("auto f = [] { Response GET(); };"), "");
  EXPECT_EQ(handlers("Response Api::GET(Request&) {}"), "");
  EXPECT_EQ(handlers("struct Api { Response GET() {} static Response POST() {} };"), "");
  EXPECT_EQ(handlers("class A : public B<GET> { void PUT(); };"), "");
  EXPECT_EQ(handlers("enum Method { GET, POST };\nenum class M : int { PUT = 1 };"), "");
  EXPECT_EQ(handlers("struct GET { };\nclass PUT;\nenum class POST { a };"), "");
  EXPECT_EQ(handlers("template <auto GET> struct X {};\nX<GET> x;"), "");
  EXPECT_EQ(handlers("template <auto GET = 1, class POST = Y<int>> struct X {};"), "");
  EXPECT_EQ(handlers("typedef int (GET)(int);\nusing GET = int;\nusing namespace GET;"), "");
  EXPECT_EQ(handlers("bool operator<(GET a, GET b) { return a; }\nbool operator()(GET) {}"), "");
  EXPECT_EQ(handlers("concept GET2 = requires { GET(); };"), "");
  EXPECT_EQ(handlers("#define GET() {}\n#define X Response POST() {}\n"), "");
}

TEST(Handlers, InNamespacesAreToldApart) {
  EXPECT_EQ(handlers("namespace a { Response GET() {} }\nResponse PUT() {}"), "GET:1@ PUT:2");
  EXPECT_EQ(handlers("namespace a::b { namespace { Response GET() {} } }"), "GET:1?");
  EXPECT_EQ(handlers("namespace { Response GET() {} }"), "GET:1?");
  EXPECT_EQ(handlers("inline namespace v1 {\nResponse GET() {}\n}"), "GET:2@");
  EXPECT_EQ(handlers("namespace [[deprecated]] a { struct B { int x; }; } Response GET() {}"), "GET:1");
}

TEST(Comments, HideHandlers) {
  EXPECT_EQ(handlers("// Response GET() {}\n/* Response PUT() {} */\nint POST() {}"), "POST:3");
  EXPECT_EQ(handlers("// a comment that goes on \\\nResponse GET() {}\nint POST() {}"), "POST:3");
  EXPECT_EQ(handlers("// and so does this \\  \r\nResponse GET() {}\nint POST() {}"), "POST:3");
  EXPECT_EQ(handlers("/* // */ Response GET() {}"), "GET:1");
  EXPECT_EQ(handlers("/* * / ** */ Response GET() {}"), "GET:1");
  EXPECT_EQ(handlers("/\\\n/ Response GET() {}\nint PUT() {}"), "PUT:3");
  EXPECT_EQ(handlers("/\\\n* Response GET() {} *\\\n/ int PUT() {}"), "PUT:3");
}

TEST(Literals, HideBraces) {
  EXPECT_EQ(handlers("const char* a = \"} Response GET() {\";\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("const char* a = \"\\\"{\"; char b = '{'; char c = '\\''; char d = '\"';\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("auto a = R\"(\" } Response GET() { )\";\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("auto a = R\"x(\n)\" )y\" \n Response GET() {} )x\";\nint PUT() {}"), "PUT:4");
  EXPECT_EQ(handlers("auto a = u8R\"(\\)\";\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("auto a = LR\"--(\n// )--\";\nint PUT() {}"), "PUT:3");
  EXPECT_EQ(handlers("auto a = R\"(a\\\nb)\"; int PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("auto a = L'{', b = u8'}'; int PUT() {}"), "PUT:1");
  EXPECT_EQ(handlers("auto a = \"x\"_json, b = 'c'_ch; int PUT() {}"), "PUT:1");
  EXPECT_EQ(handlers("auto a = FOOR\"({\"; int PUT() {}"), "PUT:1");
  EXPECT_EQ(handlers("auto a = \"a\\\n{\"; int PUT() {}"), "PUT:2");
}

TEST(Literals, DigitSeparatorsAreNoCharacters) {
  EXPECT_EQ(handlers("int a = 1'000; int b = 0x1'F; int c = 1'0'0; double d = 1'0e+1'0;\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("int a[] = {1'000, '{', 0b1'1};\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("double a = .5'0, b = 0x1.8p-3;\nint PUT() {}"), "PUT:2");
}

TEST(Splices, MayStandAnywhere) {
  EXPECT_EQ(handlers("Response G\\\nE\\\nT() {}"), "GET:1");
  EXPECT_EQ(handlers("#if \\\n0\nResponse GET() {}\n#endif\nint PUT() {}"), "PUT:5");
  EXPECT_EQ(handlers("#def\\\nine X { \\\n  { \\\n  {\nint PUT() {}"), "PUT:5");
}

TEST(Conditionals, DeadBranchesAreNotRead) {
  EXPECT_EQ(handlers("#if 0\nint GET() {}\n#endif\nint PUT() {}"), "PUT:4");
  EXPECT_EQ(handlers("#if 0\nint GET() {}\n#else\nint PUT() {}\n#endif"), "PUT:4");
  EXPECT_EQ(handlers("#if 1\nint GET() {}\n#else\nint PUT() {}\n#endif"), "GET:2");
  EXPECT_EQ(handlers("#if (0)\nint GET() {}\n#elif 1\nint PUT() {}\n#else\nint POST() {}\n#endif"), "PUT:4");
  EXPECT_EQ(handlers("#if !1 /* off */\nint GET() {}\n#endif // 0\nint PUT() {}"), "PUT:4");
  EXPECT_EQ(handlers("#if false\n#if 1\nint GET() {}\n#else\nint POST() {}\n#endif\n#else\nint PUT() {}\n#endif"),
            "PUT:8");
  EXPECT_EQ(handlers("  #  if 0\nint GET() {}\n%: endif\nint PUT() {}"), "PUT:4");
  EXPECT_EQ(handlers("#if 0\ndon't { \"mind\n#endif\nint PUT() {}"), "PUT:4");
  EXPECT_EQ(handlers("#ifndef __cplusplus\nint GET() {}\n#endif\n#ifdef __cplusplus\nint PUT() {}\n#endif"), "PUT:5");
  EXPECT_EQ(handlers("#error don't panic\nint PUT() {}"), "PUT:2");
  EXPECT_EQ(handlers("#if 0 /*\n#endif\n*/\nint GET() {}\n#endif\nint PUT() {}"), "PUT:6");
}

TEST(Conditionals, OthersCountAsPresentInEachBranch) {
  EXPECT_EQ(handlers("#ifdef A\nint GET() {}\n#else\nint PUT() {}\n#endif"), "GET:2 PUT:4");
  EXPECT_EQ(handlers("#if A\nint GET() {}\n#elif B\nint GET() {}\n#elifdef C\nint POST() {}\n#endif"),
            "GET:2 GET:4 POST:6");
  EXPECT_EQ(handlers("#ifdef A\nint GET() {\n#else\nint GET(int) {\n#endif\n}\nint PUT() {}"), "GET:2 GET:4 PUT:7");
  EXPECT_EQ(handlers("int GET()\n#ifdef A\n{ return 1; }\n#else\n{ return 2; }\n#endif\nint PUT() {}"), "GET:1 PUT:7");
  EXPECT_EQ(handlers("void f() {\n#ifdef A\n  if (x) {\n#else\n  {\n#endif\n  }\n}\nint PUT() {}"), "PUT:9");
}

TEST(Positions, AreThoseOfTheName) {
  const SourceFacts facts = read_source("\xEF\xBB\xBFint x;\n  Response\tGET() {}\n");
  ASSERT_EQ(facts.declared.size(), 2U);
  EXPECT_EQ(facts.declared[1].position.line, 2U);
  EXPECT_EQ(facts.declared[1].position.column, 12U);
}

std::string marker(std::string_view text) {
  const Marker found = read_source(text).marker;
  return found == Marker::Api ? "api" : found == Marker::Ui ? "ui" : "";
}

TEST(Markers, AreTheFirstLine) {
  EXPECT_EQ(marker("// 'api'\nint x;"), "api");
  EXPECT_EQ(marker("\xEF\xBB\xBF//'ui'  \r\nint x;"), "ui");
  EXPECT_EQ(marker("// 'api'"), "api");
  EXPECT_EQ(marker("\n// 'api'\n"), "");
  EXPECT_EQ(marker("// 'api' and more\n"), "");
  EXPECT_EQ(marker("// api\n"), "");
}

// The line and column of the cut, and the late includes behind it.
std::string cut(std::string_view text) {
  const SourceFacts facts = read_source(text);
  std::string result = std::to_string(facts.cut.line) + ":" + std::to_string(facts.cut.column);
  for (const Include& include : facts.includes) {
    if (include.late) result += " " + include.name + (include.inside_if ? "#" : "");
  }
  return result;
}

TEST(LeadingRegion, EndsAtTheFirstDeclaration) {
  EXPECT_EQ(cut("#include <a>\n\n// b\nint x;\n"), "4:1");
  EXPECT_EQ(cut("int x;"), "1:1");
  EXPECT_EQ(cut(""), "1:1");
  EXPECT_EQ(cut("#include <a>\n"), "2:1");
  EXPECT_EQ(cut("#include <a>"), "1:1");
  EXPECT_EQ(cut("/* a\n b */ int x;"), "2:7");
  EXPECT_EQ(cut("/* a */ int x;"), "1:1");
  EXPECT_EQ(cut("#define A \\\n  int\n  int x;\n"), "3:1");
  EXPECT_EQ(cut("#include <a>\nusing namespace folio;\n"), "2:1");
}

TEST(LeadingRegion, NeverCutsAnIf) {
  EXPECT_EQ(cut("#include <a>\n#ifdef A\nint x;\n#endif\n"), "2:1");
  EXPECT_EQ(cut("#ifdef A\n#include <a>\n#endif\n#if B\n#if C\nint x;\n#endif\n#endif\n"), "4:1");
  EXPECT_EQ(cut("#ifdef A\n#include <a>\nint x;\n#endif\n"), "1:1 a#");
  EXPECT_EQ(cut("#if 0\nint x;\n#endif\n#include <b>\nint y;\n"), "5:1");
}

TEST(LateIncludes, AreThoseAtTopScope) {
  EXPECT_EQ(cut("int x;\n#include <a>\n"), "1:1 a");
  EXPECT_EQ(cut("using namespace folio;\n#include \"a.hpp\"\n"), "1:1 a.hpp");
  EXPECT_EQ(cut("int x[] = {\n#include \"x.inc\"\n};\nnamespace a {\n#include \"b.inc\"\n}\n"), "1:1");
  EXPECT_EQ(cut("extern \"C\" {\n#include <c.h>\n}\n"), "1:1 c.h");
  EXPECT_EQ(cut("int x;\n#if 0\n#include <a>\n#endif\n// #include <b>\n"), "1:1");
  EXPECT_EQ(cut("int x;\n#include <a//b.h> // c\n"), "1:1 a//b.h");
}

TEST(Balance, IsCheckedWhereItIsCertain) {
  EXPECT_EQ(unbalanced("int GET() {}\n"), "");
  EXPECT_EQ(unbalanced("int GET() {\n  if (x) {\n}\n"), "this `{` is never closed:1");
  EXPECT_EQ(unbalanced("namespace a {\nint x;\n"), "this `{` is never closed:1");
  EXPECT_EQ(unbalanced("int GET() {}\n}\n"), "this `}` closes nothing:2");
  EXPECT_EQ(unbalanced("int GET(int x {\n}\nint PUT() {}\n"), "this `(` is never closed:1");
  EXPECT_EQ(unbalanced("int a;\n/* b"), "a comment is never closed:2");
  EXPECT_EQ(unbalanced("auto a =\nR\"x( )\""), "a raw string is never closed:2");
  EXPECT_EQ(unbalanced("#ifdef A\nint GET() {\n#endif\n"), "");
  EXPECT_EQ(unbalanced("#ifdef A\nint GET() {\n#else\nint GET(int) {\n#endif\n"), "this `{` is never closed:2");
  EXPECT_EQ(unbalanced("int GET() { f(; }\nint PUT() {}"), "");
}

// Whatever comes in, it ends, and every position lies in the text.
TEST(Robustness, AnyPrefixOfAFileIsRead) {
  const std::string text =
      "// 'api'\n#include <a>\n#if 1 /* x */\nauto a = R\"x(\n)x\"; char b = '\\''; int c = 1'000;\n#else\n#endif\n"
      "template <class T> requires requires(T t) { t; } auto GET(T) -> X<Y<int>> try { \\\n } catch (...) {}\n"
      "namespace { extern \"C\" { int (*POST)(int) = f; } }\n%:define Z <::> <: :> <% %>\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string_view prefix = std::string_view(text).substr(0, size);
    const SourceFacts facts = read_source(prefix);
    EXPECT_LE(facts.cut.offset, size);
    for (const Declared& declared : facts.declared) EXPECT_LT(declared.position.offset, size);
  }
}

}  // namespace
}  // namespace folio::codegen
