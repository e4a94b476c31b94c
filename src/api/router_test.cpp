// SPDX-License-Identifier: MIT
#include "api/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dd::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Route route(std::string_view method, std::string_view path) {
  Route made;
  made.method = method;
  made.path = path;
  return made;
}

class Routing : public ::testing::Test {
 protected:
  Routing() { router_.add(table_); }
  const std::vector<Route> table_{route("GET", "/v1/things"), route("GET", "/v1/things/{id}"), route("DELETE", "/v1/things/{id}"),
                                  route("POST", "/v1/things/{id}/do"), route("GET", "/v1/things/{id}/files/{file...}")};
  Router router_;
};

TEST_F(Routing, ParametersAreSegmentsAndAreDecoded) {
  const auto match = router_.find("GET", "/v1/things/a%3Ab%2Fc+d");
  ASSERT_EQ(match.route, &table_[1]);
  EXPECT_THAT(match.parameters, ElementsAre("a:b/c+d"));
  EXPECT_EQ(router_.find("POST", "/v1/things/x/do").route, &table_[3]);
  EXPECT_EQ(router_.find("GET", "/v1/things").route, &table_[0]);
}

TEST_F(Routing, TheLastParameterMayTakeTheRest) {
  const auto match = router_.find("GET", "/v1/things/r-1/files/tracks/p%253A1.001.mkv");
  ASSERT_EQ(match.route, &table_[4]);
  EXPECT_THAT(match.parameters, ElementsAre("r-1", "tracks/p%3A1.001.mkv"));
  EXPECT_EQ(match.path, "/v1/things/{id}/files/{file...}");
}

TEST_F(Routing, AnotherMethodIsToldWhichThereAre) {
  const auto match = router_.find("PUT", "/v1/things/x");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allowed, "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(Routing, WhatFitsNoPatternIsNowhere) {
  for (const char* path :
       {"", "/", "/v1/things/", "/v1/things//do", "/v1/things/x/y", "/v1/things/x/files", "/v1/things/x/files/", "v1/things"}) {
    const auto match = router_.find("GET", path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_THAT(match.allowed, IsEmpty()) << path;
  }
}

}  // namespace
}  // namespace dd::api
