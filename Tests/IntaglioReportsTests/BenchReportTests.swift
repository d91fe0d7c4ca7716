import Intaglio
import IntaglioReport
import IntaglioReports
import IntaglioRuntime
import IntaglioTestSupport
import Testing

/// What is said of given times; never how long something took.
@Suite("BenchReport")
struct BenchReportTests {
  private let bench: Bench
  private let profile: Profile
  private let peak: PeakRate
  private let report: BenchReport

  init() throws {
    let folder = try TemporaryFolder()
    let opened = try ModelSource(Checkpoint.qvit.write(to: folder)).open()
    let program = try opened.program(ProgramOptions(.integer))
    bench = try Bench(
      try #require(program.proof),
      threads: 1,
      batch: 2,
      kernels: KernelTable(limit: .scalar)
    )
    profile = try bench.profile()
    peak = PeakRate(threads: 1, limit: .scalar, seconds: 0)
    report = BenchReport(
      name: "a\u{1B}b",
      bits: [3, 8],
      loading: 0.5,
      bench,
      Timings([0.004, 0.002, 0.003]),
      profile,
      peak
    )
  }

  @Test("figures follow from the times, the plan and the peak")
  func figures() throws {
    let plan = bench.executor.plan
    #expect(report.calls == 3 && report.minMs == 2 && report.medianMs == 3)
    #expect(report.p90Ms <= 4 && report.p90Ms >= 3 && report.loadMs == 500)
    #expect(report.imagesPerSecond == 2 / 0.003)
    #expect(report.macsPerImage == plan.macs / plan.batch && report.macsPerImage > 0)
    #expect(report.gmacPerSecond == Double(2 * report.macsPerImage) / 0.002 * 1e-9)
    #expect(report.peakShare == report.gmacPerSecond / (peak.macsPerSecond * 1e-9))
    #expect(report.weightBytes == plan.constantBytes && report.arenaBytes == plan.memory.peak)
    #expect(report.isa == "scalar" && report.threads == 1 && report.batch == 2)
    #expect(report.kernels.map(\.name) == profile.steps.map(\.name))
    #expect(report.kernels.reduce(0) { $0 + $1.macs } == plan.macs)
    #expect(abs(report.kernels.reduce(0) { $0 + $1.share } - 1) < 1e-9)
  }

  @Test("the text has a line for each group of figures, its names fit for a terminal")
  func text() {
    let lines = report.text.split(separator: "\n")
    let titles = lines.map { $0.prefix { $0 != " " } }
    #expect(titles == ["model", "processor", "calls", "time", "speed", "memory", "before"])
    #expect(lines[2] == "calls       3 of 2 images on 1 thread")
    #expect(lines[3].contains("min \(Format.significant(2.0)) ms"))
    #expect(lines[3].contains("median \(Format.significant(3.0)) ms"))
    #expect(lines[4].contains("\(Format.significant(2 / 0.003)) images/s"))
    #expect(lines[5].contains(Format.bytes(report.arenaBytes)))
    #expect(!report.text.unicodeScalars.contains("\u{1B}"))
  }

  @Test("the profile lists every step and every kind of step")
  func profileText() {
    let text = report.profileText
    for step in profile.steps { #expect(text.contains(step.name) && text.contains(step.work)) }
    for kind in ProfiledStep.Kind.allCases { #expect(text.contains(kind.title)) }
  }

  @Test("the JSON has these keys, and the same figures")
  func json() throws {
    let kernel = [
      "bytes", "gmacPerSecond", "kind", "macs", "ms", "name", "peakShare", "share", "work",
    ]
    let others = [
      "arenaBytes", "batch", "bits[]", "calls", "gmacPerSecond", "imagesPerSecond", "isa",
      "loadMs", "macsPerImage", "medianMs", "minMs", "model", "p90Ms", "peakGmacPerSecond",
      "peakShare", "planMs", "processor", "rssBytes", "threads", "weightBytes",
    ]
    #expect(try report.keys() == (kernel.map { "kernels[].\($0)" } + others).sorted())
    let object = try report.object()
    #expect(object["model"] as? String == "a\u{1B}b" && object["bits"] as? [Int] == [3, 8])
    #expect(
      object["minMs"] as? Double == 2 && object["macsPerImage"] as? Int == report.macsPerImage
    )
    #expect(try report.json == report.json)
  }
}
