// An HTML form at /form: GET shows it, POST takes it, and one file holds both.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

struct Order {
  std::string name;
  unsigned copies;
  bool gift = false;  // a box that is not ticked sends nothing
};

Html GET() {
  return Html(R"html(<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Order a book</title>
<link rel="icon" href="data:,">
<style>
  * { box-sizing: border-box; }
  body { max-width: 28rem; margin: 3rem auto; padding: 0 1.5rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
  form { display: grid; gap: 1rem; }
  input:not([type=checkbox]), button { display: block; width: 100%; padding: .5rem .75rem; font: inherit; }
</style>
<h1>Order a book</h1>
<form method="post">
  <label>Your name <input name="name" required autocomplete="name"></label>
  <label>Copies <input name="copies" type="number" min="1" max="99" value="1" required></label>
  <label><input name="gift" type="checkbox"> as a gift</label>
  <button>Order</button>
</form>
</html>
)html");
}

// As plain text, so that a name cannot become markup.
Result<Text> POST(Form<Order> order) {
  if (order->copies < 1 || order->copies > 99) return AppError::unprocessable("between 1 and 99 copies, please");
  return Text("Thank you, " + order->name + ": " + std::to_string(order->copies) +
              (order->copies == 1 ? " copy" : " copies") + (order->gift ? ", wrapped.\n" : ".\n"));
}
