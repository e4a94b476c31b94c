// SPDX-License-Identifier: MIT
#include "api/static_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/content_coding.hpp"
#include "base/random.hpp"

namespace dd::api {
namespace {

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() : folder_(std::filesystem::temp_directory_path() / ("dd-static-" + random_token(12))) {}
  ~StaticFilesTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
  }
  StaticFiles load() const {
    auto files = StaticFiles::load(folder_.string(), {}, {});
    EXPECT_TRUE(files);
    files->set_manner({{{"Content-Security-Policy", "default-src 'self'"}}, "assets/"});
    return std::move(*files);
  }
  static HttpRequest request(std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpRequest request;
    request.method = "GET";
    request.headers = std::move(headers);
    return request;
  }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  std::filesystem::path folder_;
};

TEST_F(StaticFilesTest, TheIndexIsAskedAboutAndHashedAssetsNeverAgain) {
  write("index.html", "<!doctype html>");
  write("assets/app-3f9c2b1a.js", "js");
  const StaticFiles files = load();
  const auto index = files.find("", request());
  ASSERT_TRUE(index);
  EXPECT_EQ(index->content(), "<!doctype html>");
  EXPECT_EQ(index->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(*index, "Cache-Control"), "no-cache");
  EXPECT_EQ(header(*index, "Content-Security-Policy"), "default-src 'self'");
  EXPECT_EQ(header(*index, "X-Content-Type-Options"), "nosniff");
  const auto asset = files.find("assets/app-3f9c2b1a.js", request());
  ASSERT_TRUE(asset);
  EXPECT_EQ(header(*asset, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(*asset, "Vary"), "");
  EXPECT_FALSE(files.find("assets/other.js", request()));
  EXPECT_FALSE(files.find("../index.html", request()));
}

TEST_F(StaticFilesTest, ACompressedFormIsServedToWhoeverTakesIt) {
  write("assets/app.js", "plain");
  write("assets/app.js.br", "brotli");
  write("assets/app.js.gz", "gzip");
  write("archive.tar.gz", "alone");
  const StaticFiles files = load();
  const auto plain = files.find("assets/app.js", request());
  EXPECT_EQ(plain->content(), "plain");
  EXPECT_EQ(header(*plain, "Content-Encoding"), "");
  EXPECT_EQ(header(*plain, "Vary"), "Accept-Encoding");
  const auto brotli = files.find("assets/app.js", request({{"accept-encoding", "gzip, deflate, br"}}));
  EXPECT_EQ(brotli->content(), "brotli");
  EXPECT_EQ(header(*brotli, "Content-Encoding"), "br");
  EXPECT_EQ(brotli->content_type, "text/javascript; charset=utf-8");
  EXPECT_NE(header(*brotli, "ETag"), header(*plain, "ETag"));
  const auto gzip = files.find("assets/app.js", request({{"accept-encoding", "br;q=0, gzip"}}));
  EXPECT_EQ(gzip->content(), "gzip");
  EXPECT_EQ(header(*gzip, "Content-Encoding"), "gzip");
  EXPECT_FALSE(files.find("assets/app.js.br", request()));
  EXPECT_EQ(files.find("archive.tar.gz", request())->content(), "alone");
}

TEST_F(StaticFilesTest, WhatTheBrowserHasIsNotSentAgain) {
  write("index.html", "page");
  const StaticFiles files = load();
  const std::string etag = header(*files.find("", request()), "ETag");
  for (const std::string& asked : {etag, "W/" + etag, "\"other\", " + etag, "\"other\"," + etag, std::string("*")}) {
    const auto same = files.find("", request({{"if-none-match", asked}}));
    EXPECT_EQ(same->status, 304) << asked;
    EXPECT_EQ(same->content(), "");
    EXPECT_EQ(header(*same, "Cache-Control"), "no-cache");
  }
  EXPECT_EQ(files.find("", request({{"if-none-match", "\"other\""}}))->status, 200);
}

TEST_F(StaticFilesTest, EachTypeOfAWebAppIsNamed) {
  const std::vector<std::pair<std::string, std::string>> types{{"a.js", "text/javascript; charset=utf-8"},
                                                               {"a.css", "text/css; charset=utf-8"},
                                                               {"a.svg", "image/svg+xml"},
                                                               {"a.woff2", "font/woff2"},
                                                               {"a.json", "application/json"},
                                                               {"a.js.map", "application/json"},
                                                               {"a.wasm", "application/wasm"},
                                                               {"a.webmanifest", "application/manifest+json"},
                                                               {"a.html", "text/html; charset=utf-8"},
                                                               {"a.bin", "application/octet-stream"}};
  for (const auto& [name, type] : types) write(name, "x");
  const StaticFiles files = load();
  for (const auto& [name, type] : types) EXPECT_EQ(files.find(name, request())->content_type, type) << name;
}

TEST(ContentCoding, IsTakenWhenItIsNamedAndNotRefused) {
  EXPECT_TRUE(accepts_coding("gzip, deflate, br, zstd", "br"));
  EXPECT_TRUE(accepts_coding("BR;q=0.5", "br"));
  EXPECT_TRUE(accepts_coding("*", "br"));
  EXPECT_FALSE(accepts_coding("", "br"));
  EXPECT_FALSE(accepts_coding("gzip", "br"));
  EXPECT_FALSE(accepts_coding("br;q=0", "br"));
  EXPECT_FALSE(accepts_coding("br ; q = 0.000 , *", "br"));
  EXPECT_FALSE(accepts_coding("*;q=0, gzip", "br"));
  EXPECT_TRUE(accepts_coding("*;q=0, gzip;q=0.001", "gzip"));
  EXPECT_FALSE(accepts_coding("brotli", "br"));
}

}  // namespace
}  // namespace dd::api
