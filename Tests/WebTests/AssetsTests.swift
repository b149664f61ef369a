import HTTP
import Testing

@testable import Web

@Suite("Files for browsers")
struct AssetsTests {
  private let assets = Assets()

  private func get(_ path: String, _ fields: Fields = [:]) throws -> Response? {
    let target = try Target(path)
    return assets.respond(to: Request(.get, target, fields: fields))
  }

  @Test(
    "Every file has its hash in its address",
    arguments: ["martlet.css", "martlet.js", "icons.svg", "favicon.svg"])
  func addresses(_ name: String) throws {
    let address = assets.address(of: name)
    let parts = name.split(separator: ".")
    #expect(address.hasPrefix("/assets/\(parts[0])-"))
    #expect(address.hasSuffix(".\(parts[1])"))
    #expect(address.utf8.count == "/assets/".utf8.count + name.utf8.count + 9)
    let answer = try #require(try get(address))
    #expect(answer.status == .ok)
    #expect(answer.fields["Cache-Control"] == "public, max-age=31536000, immutable")
  }

  @Test("An address of an earlier release is not found")
  func oldHash() throws {
    #expect(try get("/assets/martlet-00000000.css") == nil)
    #expect(try get("/assets/martlet.css") == nil)
  }

  @Test("Each type is told")
  func types() throws {
    #expect(
      try get(assets.address(of: "martlet.css"))?.fields["Content-Type"]
        == "text/css; charset=utf-8")
    #expect(
      try get(assets.address(of: "martlet.js"))?.fields["Content-Type"]
        == "text/javascript; charset=utf-8")
    #expect(try get(assets.address(of: "icons.svg"))?.fields["Content-Type"] == "image/svg+xml")
  }

  @Test("Who takes gzip gets it, with another tag")
  func compression() throws {
    let address = assets.address(of: "martlet.css")
    let plain = try #require(try get(address))
    let small = try #require(try get(address, ["Accept-Encoding": "br, gzip"]))
    #expect(plain.fields["Content-Encoding"] == nil)
    #expect(small.fields["Content-Encoding"] == "gzip")
    #expect(plain.fields["Vary"] == "Accept-Encoding")
    #expect(small.fields["Vary"] == "Accept-Encoding")
    #expect(plain.fields["ETag"] != small.fields["ETag"])
    #expect(count(small) * 2 < count(plain))
    let refused = try get(address, ["Accept-Encoding": "gzip;q=0"])
    #expect(refused?.fields["Content-Encoding"] == nil)
  }

  @Test("Who has the file already is told so")
  func notModified() throws {
    let address = assets.address(of: "icons.svg")
    let tag = try #require(try get(address)?.fields["ETag"])
    #expect(!tag.hasPrefix("W/"))
    let again = try #require(try get(address, ["If-None-Match": tag]))
    #expect(again.status == .notModified)
    #expect(count(again) == 0)
    #expect(again.fields["ETag"] == tag)
    #expect(try get(address, ["If-None-Match": "\"other\""])?.status == .ok)
  }

  @Test("Pages that name no icon get the bird, but not for ever")
  func unnamedIcon() throws {
    let answer = try #require(try get("/favicon.ico"))
    #expect(answer.fields["Content-Type"] == "image/svg+xml")
    #expect(answer.fields["Cache-Control"] == "public, max-age=86400")
  }

  private func count(_ response: Response) -> Int {
    if case .octets(let octets) = response.body { octets.count } else { -1 }
  }
}
