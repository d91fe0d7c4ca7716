// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func library(
  _ name: String,
  _ dependencies: [Target.Dependency],
  exclude: [String] = [],
  resources: [Resource]? = nil
)
  -> Target
{
  .target(
    name: name,
    dependencies: dependencies,
    exclude: exclude,
    resources: resources,
    swiftSettings: strict
  )
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "intaglio",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    // Libraries of the system.
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]
    ),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Files of numbers and images; knows nothing of graphs.
    .target(name: "CIntaglioImages", dependencies: ["CJPEG", "CPNG"]),
    library("IntaglioData", ["CIntaglioImages", "CZlib"]),

    // Our own C.
    .target(name: "CIntaglioKernels"),

    // The spine, in data-flow order.
    library("IntaglioNumerics", ["BigInt"]),
    library("IntaglioGraph", ["IntaglioNumerics"]),
    library("IntaglioReference", ["IntaglioGraph", "IntaglioNumerics", "COpenBLAS"]),
    library(
      "IntaglioRuntime",
      ["IntaglioGraph", "IntaglioRewrite", "IntaglioNumerics", "CIntaglioKernels"]
    ),
    library(
      "IntaglioImport",
      [
        "IntaglioData", "IntaglioGraph", "IntaglioNumerics",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/Schema/onnx_subset.proto"]
    ),
    library("IntaglioExport", ["IntaglioData", "IntaglioGraph", "IntaglioNumerics", "BigInt"]),
    library("IntaglioRewrite", ["IntaglioGraph", "IntaglioNumerics", "BigInt"]),

    // The demo's images and models.
    library("IntaglioDemo", ["IntaglioNumerics", "IntaglioData"]),

    // What several test targets share.
    .target(
      name: "IntaglioTestSupport",
      dependencies: ["IntaglioGraph", "IntaglioNumerics"],
      path: "Tests/IntaglioTestSupport",
      swiftSettings: strict
    ),

    library("IntaglioReport", ["IntaglioNumerics"]),

    tests("IntaglioReportTests", ["IntaglioReport"]),
    tests("IntaglioRewriteTests", ["IntaglioRewrite", "IntaglioGraph", "IntaglioNumerics"]),
    tests("IntaglioDataTests", ["IntaglioData", "IntaglioTestSupport"]),
    tests(
      "IntaglioExportTests",
      [
        "IntaglioExport", "IntaglioData", "IntaglioGraph", "IntaglioImport", "IntaglioNumerics",
        "IntaglioRewrite", "IntaglioTestSupport",
      ]
    ),
    tests("IntaglioNumericsTests", ["IntaglioNumerics", "BigInt"]),
    tests(
      "IntaglioGraphTests",
      ["IntaglioGraph", "IntaglioNumerics", "IntaglioTestSupport"]
    ),
    tests("IntaglioDemoTests", ["IntaglioDemo", "IntaglioData"]),
    tests(
      "IntaglioReferenceTests",
      ["IntaglioReference", "IntaglioGraph", "IntaglioNumerics", "IntaglioTestSupport"]
    ),
    tests(
      "IntaglioRuntimeTests",
      ["IntaglioRuntime", "IntaglioGraph", "IntaglioNumerics", "IntaglioRewrite", "BigInt"]
    ),
    tests(
      "IntaglioImportTests",
      [
        "IntaglioImport", "IntaglioData", "IntaglioGraph", "IntaglioNumerics",
        "IntaglioReference", "IntaglioTestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
