#include "scheduler/http/head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/text.h"
#include "scheduler/http/head_gate.h"

namespace tidemill::http {

namespace beast = boost::beast;

Result<Head> parse_head(std::string_view text) {
  beast::http::request_parser<beast::http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(kMaxHead));
  // How large a body may be depends on the route, and is judged when that is known.
  parser.body_limit(boost::none);
  beast::error_code error;
  parser.put(boost::asio::buffer(text.data(), text.size()), error);
  if (error && error != beast::http::error::need_more) return invalid(error.message());
  if (!parser.is_header_done()) return invalid("the head is not complete");
  const auto& message = parser.get();
  Head head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  for (const auto& field : message) {
    head.headers.emplace_back(to_lower_ascii(std::string_view(field.name_string())),
                              trim(std::string_view(field.value())));
  }
  return head;
}

}  // namespace tidemill::http
