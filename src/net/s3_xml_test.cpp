// SPDX-License-Identifier: MIT
#include "net/s3_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dd::net {
namespace {

using ::testing::SizeIs;

// As the S3 API reference shows it, for ListParts.
constexpr std::string_view kListed = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>example-bucket</Bucket><Key>example-object</Key>
<UploadId>XXBsb2FkIElEIGZvciBlbHZpbmcncyVcdS1tb3ZpZS5tMnRzEEEwbG9hZA</UploadId><PartNumberMarker>1</PartNumberMarker>
<NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>
<Part><PartNumber>2</PartNumber><LastModified>2010-11-10T20:48:34.000Z</LastModified><ETag>"7778aef83f66abc1fa1e8477f296d394"</ETag><Size>10485760</Size></Part>
<Part><PartNumber>3</PartNumber><LastModified>2010-11-10T20:48:33.000Z</LastModified><ETag>&quot;aaaa18db4cc2f85cedef654fccc4a4x8&quot;</ETag><Size>10485761</Size></Part>
</ListPartsResult>)";

TEST(S3Xml, ListedPartsAreReadPageByPage) {
  const auto page = parse_parts_page(kListed);
  ASSERT_TRUE(page.has_value());
  ASSERT_THAT(page->parts, SizeIs(2));
  EXPECT_EQ(page->parts[0].number, 2u);
  EXPECT_EQ(page->parts[0].bytes, 10485760u);
  EXPECT_EQ(page->parts[0].etag, "7778aef83f66abc1fa1e8477f296d394");
  EXPECT_EQ(page->parts[1].etag, "aaaa18db4cc2f85cedef654fccc4a4x8");
  EXPECT_EQ(page->next, 3u);
}

TEST(S3Xml, TheLastPageHasNoNext) {
  const auto page =
      parse_parts_page("<ListPartsResult><IsTruncated>false</IsTruncated><NextPartNumberMarker>3</NextPartNumberMarker></ListPartsResult>");
  ASSERT_TRUE(page.has_value());
  EXPECT_FALSE(page->next.has_value());
  EXPECT_THAT(page->parts, SizeIs(0));
}

TEST(S3Xml, WhatIsNoListIsRefused) {
  for (const char* text : {"", "<html></html>", "<ListPartsResult", "<ListPartsResult><Part></Part></ListPartsResult>",
                           "<ListPartsResult><Part><PartNumber>x</PartNumber><Size>1</Size><ETag>a</ETag></Part></ListPartsResult>"}) {
    EXPECT_FALSE(parse_parts_page(text).has_value()) << text;
  }
}

TEST(S3Xml, TextsAreFoundByTheirWholeName) {
  EXPECT_EQ(xml_text("<UploadIdMarker>a</UploadIdMarker><UploadId>b&amp;c</UploadId>", "UploadId"), "b&c");
  EXPECT_EQ(xml_text("<Code xmlns='x'>NoSuchUpload</Code>", "Code"), "NoSuchUpload");
  EXPECT_EQ(xml_text("<Code/>", "Code"), "");
  EXPECT_FALSE(xml_text("<Code>open", "Code").has_value());
  EXPECT_FALSE(xml_text("<Co", "Code").has_value());
}

TEST(S3Xml, TheListOfPartsToPutTogetherIsEscaped) {
  EXPECT_EQ(complete_document({{1, "a"}, {2, "b<&"}}),
            "<CompleteMultipartUpload "
            "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>&quot;b&lt;&amp;&quot;</ETag></Part></CompleteMultipartUpload>");
}

TEST(S3Xml, ETagsLoseTheirQuotes) {
  EXPECT_EQ(without_quotes("\"abc\""), "abc");
  EXPECT_EQ(without_quotes("W/\"abc\""), "abc");
  EXPECT_EQ(without_quotes("abc"), "abc");
  EXPECT_EQ(without_quotes("\""), "\"");
}

}  // namespace
}  // namespace dd::net
