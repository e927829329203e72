#include "scheduler/http/outgoing_url.h"

#include <gtest/gtest.h>

namespace tidemill::http {
namespace {

std::string parts(std::string_view text) {
  const auto url = parse_outgoing_url(text);
  if (!url.ok()) return "refused";
  return (url->tls ? "tls " : "plain ") + url->host + " " + url->port + " " + url->target;
}

TEST(OutgoingUrl, ItsParts) {
  EXPECT_EQ(parts("http://example.org"), "plain example.org 80 /");
  EXPECT_EQ(parts("HTTPS://Example.org/a/b?c=d#e"), "tls Example.org 443 /a/b?c=d");
  EXPECT_EQ(parts("http://example.org:8080?x"), "plain example.org 8080 /?x");
  EXPECT_EQ(parts("http://[2001:db8::1]:9000/x"), "plain 2001:db8::1 9000 /x");
  EXPECT_EQ(parts("http://0x7f000001/"), "plain 0x7f000001 80 /");
  EXPECT_EQ(parse_outgoing_url("http://[::1]:9000/")->authority(), "[::1]:9000");
  EXPECT_EQ(parse_outgoing_url("https://a.example/")->authority(), "a.example");
}

TEST(OutgoingUrl, WhatIsOddIsRefused) {
  for (const std::string_view text : {"",
                                      "example.org",
                                      "file:///etc/passwd",
                                      "gopher://a/",
                                      "ftp://a/",
                                      "http:/a",
                                      "http://",
                                      "http:///x",
                                      "http://a b/",
                                      "http://a/\r\nHost: b",
                                      "http://ann@a/",
                                      "http://ann:x@a/",
                                      "http://a:22/",
                                      "http://a:25/",
                                      "http://a:0/",
                                      "http://a:65536/",
                                      "http://a:x/",
                                      "http://a:80:80/",
                                      "http://[::1/",
                                      "http://[::1]x/",
                                      "http://[a]/",
                                      "http://::1/",
                                      "http://a\\b/",
                                      "http://\xC3\xA4.example/",
                                      "http://a%2fb/"}) {
    EXPECT_EQ(parts(text), "refused") << text;
  }
  EXPECT_EQ(parts("http://a/" + std::string(5000, 'x')), "refused");
}

}  // namespace
}  // namespace tidemill::http
