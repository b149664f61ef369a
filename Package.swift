// swift-tools-version: 6.2
// The rooms of the house, floor by floor. `scripts/check.sh` holds every import against this file.

import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  // Rooms see into each other: an octet's name or a lock is otherwise a call each.
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// Rooms that every room above the cellar may use.
let open: [Target.Dependency] = ["Octets", "Locking"]

func room(_ name: String, _ uses: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: open + uses, swiftSettings: strict)
}

func tests(_ name: String, _ uses: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: open + [.init(stringLiteral: name), "TestSupport"] + uses,
    swiftSettings: strict)
}

let package = Package(
  name: "martlet",
  products: [.executable(name: "martlet", targets: ["martlet"])],
  targets: [
    // Cellar: C libraries, and what only C can say.
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
    .systemLibrary(name: "CPSL", pkgConfig: "libpsl", providers: [.apt(["libpsl-dev"])]),
    .systemLibrary(
      name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CNet"),
    .target(name: "CAssets"),

    // Ground floor: protocols and engines that know nothing about campaigns.
    .target(name: "Octets", swiftSettings: strict),
    .target(name: "Locking", swiftSettings: strict),
    room("Telemetry"),
    room("Crypto", ["CSodium", "COpenSSL"]),
    room("Net", ["CNet", "COpenSSL", "CPSL"]),
    room("Database", ["CSQLite"]),
    room("Liquid"),
    room("Spreadsheet"),
    room("TimeZones"),
    room("MIME", ["Crypto", "CIDN2"]),
    room("HTTP", ["CMicrohttpd", "CZlib"]),
    room("SMTP", ["Net", "MIME", "Crypto"]),

    // First floor: the product's nouns, rows and messages.
    room("Model", ["MIME", "Liquid"]),
    room("Storage", ["Database", "Model", "MIME", "CAssets"]),
    room("Compose", ["Liquid", "MIME", "Crypto", "Model"]),

    // Second floor: the engines.
    room(
      "Workers",
      [
        "SMTP", "Net", "Crypto", "MIME", "Liquid", "Spreadsheet", "Compose", "Model", "Storage",
        "Telemetry",
      ]),

    room(
      "Web",
      [
        "HTTP", "Crypto", "MIME", "Liquid", "Spreadsheet", "Compose", "Model", "Storage",
        "Telemetry", "CAssets", "TimeZones",
      ]),

    // Roof: configuration, composition, command line.
    room(
      "App",
      [
        "Telemetry", "Crypto", "Net", "Database", "Liquid", "Spreadsheet", "MIME", "SMTP", "Model",
        "Storage", "Compose", "Workers", "HTTP", "Web", "TimeZones", "CAssets",
      ]),
    .executableTarget(name: "martlet", dependencies: ["App"], swiftSettings: strict),

    // Tests mirror the rooms.
    .target(
      name: "TestSupport", dependencies: open, path: "Tests/TestSupport", swiftSettings: strict),
    tests("App", ["Crypto", "Model", "Net", "SMTP", "Storage", "Workers"]),
    tests("Compose", ["Crypto", "MIME", "Model"]),
    tests("Crypto"),
    tests("Database"),
    tests("HTTP", ["CZlib"]),
    tests("Liquid"),
    tests("MIME"),
    tests("Model"),
    tests("Net"),
    .testTarget(
      name: "OctetsTests", dependencies: open + ["TestSupport"], swiftSettings: strict),
    tests("SMTP", ["Net", "Crypto", "MIME"]),
    tests("Spreadsheet"),
    tests("Storage", ["CSQLite", "Database", "MIME", "Model"]),
    tests("Telemetry"),
    tests("TimeZones"),
    tests("Web", ["HTTP", "Crypto", "Compose", "MIME", "Model", "Storage", "TimeZones"]),
    tests("Workers", ["SMTP", "Net", "Crypto", "Spreadsheet", "Compose", "Model", "Storage"]),
  ],
  cLanguageStandard: .c2x
)
