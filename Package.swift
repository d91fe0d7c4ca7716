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

// Only `make documentation` needs the plugin; everybody else is spared its build.
let documentation: [Package.Dependency] =
  Context.environment["INTAGLIO_DOCUMENTATION"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

// Programs for sanitizers, which `make fuzz` and `make sanitize-threads` build; the first links
// libFuzzer by the flags of its script.
let checks: [Target] =
  Context.environment["INTAGLIO_CHECKS"] == nil
  ? []
  : [
    .target(name: "CLibFuzzer", path: "Fuzzing/Sources/CLibFuzzer"),
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "CLibFuzzer", "FuzzTargets", "IntaglioNumerics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Fuzzing/Sources/Fuzzing",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "ThreadCheck",
      dependencies: [
        "Intaglio", "IntaglioGraph", "IntaglioImport", "IntaglioNumerics", "IntaglioRewrite",
        "IntaglioRuntime", "IntaglioTestSupport",
      ],
      path: "Fuzzing/Sources/ThreadCheck",
      swiftSettings: strict
    ),
  ]

// Products of floats; macOS has them in Accelerate.
#if os(macOS)
let blas = Target.systemLibrary(name: "CBLAS", path: "Sources/CBLAS/Accelerate")
#else
let blas = Target.systemLibrary(
  name: "CBLAS",
  path: "Sources/CBLAS/OpenBLAS",
  pkgConfig: "openblas",
  providers: [.apt(["libopenblas-dev"])]
)
#endif

let package = Package(
  name: "intaglio",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Intaglio", targets: ["Intaglio"]),
    .executable(name: "intaglio", targets: ["IntaglioMain"]),
    .executable(name: "intaglio-serve", targets: ["IntaglioServeCommand"]),
    // `libintaglio.so`, which `Scripts/build-library.sh` links with everything in it.
    .library(name: "IntaglioC", type: .static, targets: ["IntaglioC"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    // The server alone.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ] + documentation,
  targets: [
    // Libraries of the system.
    .systemLibrary(
      name: "CJPEG",
      pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]
    ),
    .systemLibrary(
      name: "CPNG",
      pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]
    ),
    .systemLibrary(
      name: "CZlib",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
    ),
    .systemLibrary(
      name: "CXXHash",
      pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]
    ),
    blas,

    // Our own C.
    .target(name: "CIntaglioFiles"),
    .target(name: "CIntaglioImages", dependencies: ["CJPEG", "CPNG"]),
    .target(name: "CIntaglioKernels", exclude: ["lanes/TARGET.md"]),

    // Files of numbers and images; knows nothing of graphs.
    library(
      "IntaglioData",
      [
        "CIntaglioFiles", "CIntaglioImages", "CXXHash", "CZlib",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/onnx_subset.proto"]
    ),

    // The spine, in data-flow order.
    library("IntaglioNumerics", ["BigInt"]),
    library("IntaglioGraph", ["IntaglioNumerics", "BigInt"]),
    library(
      "IntaglioImport",
      [
        "IntaglioData", "IntaglioGraph", "IntaglioNumerics",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
    library("IntaglioFloat32", ["IntaglioGraph", "IntaglioNumerics", "CBLAS"]),
    // Float graphs to graphs with quantizers, which the laws of the next room reorder.
    library(
      "IntaglioQuantize",
      ["IntaglioGraph", "IntaglioFloat32", "IntaglioNumerics", "CBLAS"]
    ),
    library("IntaglioRewrite", ["IntaglioGraph", "IntaglioNumerics", "BigInt"]),
    library(
      "IntaglioRuntime",
      ["IntaglioGraph", "IntaglioRewrite", "IntaglioNumerics", "CIntaglioKernels"]
    ),
    library(
      "IntaglioExport",
      [
        "IntaglioData", "IntaglioGraph", "IntaglioNumerics", "IntaglioRewrite", "BigInt",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
    library(
      "IntaglioHardware",
      ["IntaglioData", "IntaglioGraph", "IntaglioNumerics", "IntaglioRewrite", "BigInt"]
    ),
    // What the machine is compared with, and what its parts take of a chip.
    library(
      "IntaglioHardwareStudies",
      ["IntaglioGraph", "IntaglioHardware", "IntaglioNumerics", "BigInt"]
    ),
    library("IntaglioReport", ["IntaglioNumerics"]),

    // The demo's images and models.
    library(
      "IntaglioDemo",
      ["IntaglioNumerics", "IntaglioData"],
      resources: [.copy("Resources")]
    ),

    // One call per job, and the executable.
    library(
      "Intaglio",
      [
        "CBLAS", "IntaglioNumerics", "IntaglioData", "IntaglioGraph", "IntaglioImport",
        "IntaglioFloat32", "IntaglioQuantize", "IntaglioRewrite", "IntaglioRuntime",
        "IntaglioExport", "IntaglioReport", "IntaglioDemo", "IntaglioHardware",
        "IntaglioHardwareStudies",
      ]
    ),

    // What commands found, as JSON, text and pages.
    library(
      "IntaglioReports",
      [
        "Intaglio", "IntaglioData", "IntaglioDemo", "IntaglioGraph", "IntaglioHardware",
        "IntaglioHardwareStudies", "IntaglioNumerics", "IntaglioQuantize", "IntaglioReport",
        "IntaglioRewrite", "IntaglioRuntime",
      ]
    ),
    library(
      "IntaglioCommand",
      [
        "Intaglio", "IntaglioData", "IntaglioDemo", "IntaglioGraph", "IntaglioHardware",
        "IntaglioHardwareStudies",
        "IntaglioQuantize", "IntaglioReport", "IntaglioReports", "IntaglioRuntime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .executableTarget(
      name: "IntaglioMain",
      dependencies: ["IntaglioCommand"],
      swiftSettings: strict
    ),

    // The C interface.
    .systemLibrary(name: "CIntaglio"),
    library(
      "IntaglioC",
      [
        "CIntaglio", "Intaglio", "IntaglioCommand", "IntaglioData", "IntaglioGraph",
        "IntaglioNumerics",
      ]
    ),

    // The server: the protocol knows models by `ServedModel` alone; the executable gives it those of Intaglio.
    library("IntaglioProtocol", [.product(name: "NIOCore", package: "swift-nio")]),
    library(
      "IntaglioServing",
      [
        "CZlib", "IntaglioProtocol",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]
    ),
    .executableTarget(
      name: "IntaglioServeCommand",
      dependencies: [
        "IntaglioProtocol", "IntaglioServing", "Intaglio", "IntaglioData", "IntaglioGraph",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict
    ),

    // What several test targets share.
    .target(
      name: "IntaglioTestSupport",
      dependencies: [
        "IntaglioData", "IntaglioGraph", "IntaglioImport", "IntaglioNumerics",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      path: "Tests/IntaglioTestSupport",
      swiftSettings: strict
    ),

    // The list of layers that the package in Benchmarks times, built here so that it is tested.
    .target(
      name: "LayerBenchmarks",
      dependencies: ["Intaglio"],
      path: "Benchmarks/Sources/LayerBenchmarks",
      swiftSettings: strict
    ),

    // What is fuzzed, built here so that it is tested.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Intaglio", "IntaglioData", "IntaglioExport", "IntaglioGraph", "IntaglioImport",
        "IntaglioNumerics", "IntaglioProtocol", "IntaglioRewrite", "IntaglioRuntime",
        "IntaglioTestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      path: "Fuzzing/Sources/FuzzTargets",
      swiftSettings: strict
    ),

    tests("FuzzTargetsTests", ["FuzzTargets", "IntaglioNumerics", "IntaglioTestSupport"]),
    tests("IntaglioNumericsTests", ["IntaglioNumerics", "BigInt"]),
    tests("IntaglioGraphTests", ["IntaglioGraph", "IntaglioNumerics", "IntaglioTestSupport"]),
    tests("IntaglioDataTests", ["IntaglioData", "IntaglioTestSupport"]),
    tests(
      "IntaglioImportTests",
      [
        "IntaglioImport", "IntaglioData", "IntaglioGraph", "IntaglioNumerics",
        "IntaglioFloat32", "IntaglioTestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
    tests(
      "IntaglioFloat32Tests",
      ["IntaglioFloat32", "IntaglioGraph", "IntaglioNumerics", "IntaglioTestSupport"]
    ),
    tests(
      "IntaglioQuantizeTests",
      [
        "IntaglioQuantize", "IntaglioData", "IntaglioExport", "IntaglioFloat32", "IntaglioGraph",
        "IntaglioImport", "IntaglioNumerics", "IntaglioRewrite", "IntaglioRuntime",
        "IntaglioTestSupport",
      ]
    ),
    tests(
      "IntaglioRewriteTests",
      [
        "IntaglioRewrite", "IntaglioGraph", "IntaglioNumerics", "IntaglioTestSupport", "BigInt",
      ]
    ),
    tests(
      "IntaglioRuntimeTests",
      [
        "IntaglioRuntime", "IntaglioGraph", "IntaglioNumerics", "IntaglioRewrite",
        "IntaglioTestSupport", "BigInt",
      ]
    ),
    tests(
      "IntaglioExportTests",
      [
        "IntaglioExport", "IntaglioData", "IntaglioFloat32", "IntaglioGraph", "IntaglioHardware",
        "IntaglioImport", "IntaglioNumerics", "IntaglioRewrite", "IntaglioTestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
    tests(
      "IntaglioHardwareTests",
      [
        "IntaglioHardware", "IntaglioHardwareStudies", "Intaglio", "IntaglioData", "IntaglioDemo",
        "IntaglioGraph", "IntaglioImport", "IntaglioNumerics", "IntaglioQuantize",
        "IntaglioRewrite", "IntaglioTestSupport", "BigInt",
      ]
    ),
    tests("IntaglioReportTests", ["IntaglioReport"]),
    tests(
      "IntaglioReportsTests",
      [
        "IntaglioReports", "Intaglio", "IntaglioData", "IntaglioDemo", "IntaglioGraph",
        "IntaglioHardware", "IntaglioNumerics", "IntaglioReport", "IntaglioRuntime",
        "IntaglioTestSupport",
      ]
    ),
    tests(
      "IntaglioCTests",
      [
        "CIntaglio", "IntaglioC", "Intaglio", "IntaglioData", "IntaglioNumerics",
        "IntaglioTestSupport",
      ]
    ),
    tests(
      "IntaglioServingTests",
      [
        "IntaglioProtocol", "IntaglioServing",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]
    ),
    tests("IntaglioDemoTests", ["IntaglioDemo", "IntaglioData"]),
    tests(
      "IntaglioTests",
      [
        "Intaglio", "IntaglioCommand", "IntaglioData", "IntaglioGraph", "IntaglioHardware",
        "IntaglioImport", "IntaglioNumerics", "IntaglioRewrite", "IntaglioReport",
        "IntaglioReports", "IntaglioRuntime",
        "IntaglioTestSupport",
        "LayerBenchmarks",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
  ] + checks,
  swiftLanguageModes: [.v6]
)
