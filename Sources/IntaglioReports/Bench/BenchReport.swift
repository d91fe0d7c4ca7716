public import Intaglio
import IntaglioReport

/// The report of `intaglio bench`, as JSON and as text.
public struct BenchReport: Report {
  /// One step of the program.
  public struct Kernel: Encodable {
    public let name: String
    public let kind: String
    public let work: String
    public let ms: Double
    public let share: Double
    public let macs: Int
    public let gmacPerSecond: Double
    public let peakShare: Double
    public let bytes: Int
  }

  public let model: String
  /// The widths of the codes that are multiplied with weights, the widest last.
  public let bits: [Int]
  public let processor: String
  public let isa: String
  public let threads: Int
  public let batch: Int
  public let calls: Int
  /// Of one call.
  public let minMs: Double
  public let medianMs: Double
  public let p90Ms: Double
  /// At the median.
  public let imagesPerSecond: Double
  public let macsPerImage: Int
  /// In the shortest call, like the peak beside it.
  public let gmacPerSecond: Double
  /// Of all threads together.
  public let peakGmacPerSecond: Double
  public let peakShare: Double
  public let rssBytes: Int
  public let loadMs: Double
  public let planMs: Double
  public let weightBytes: Int
  public let arenaBytes: Int
  public let kernels: [Kernel]

  /// - Parameters:
  ///   - name: the model's.
  ///   - bits: the widths of all operands of its multiplications, the narrowest first.
  ///   - loading: the seconds that reading and making the program took.
  ///   - bench: what was timed.
  ///   - timings: of its calls.
  ///   - profile: the time of every step.
  ///   - peak: what registers alone reach.
  public init(
    name: String,
    bits: [Int],
    loading: Double,
    _ bench: Bench,
    _ timings: Timings,
    _ profile: Profile,
    _ peak: PeakRate
  ) {
    let plan = bench.executor.plan
    let macs = plan.macs / plan.batch
    model = name
    self.bits = bits
    processor = Machine.processor
    isa = peak.instructionSet.description
    threads = bench.executor.threads
    batch = bench.batch
    calls = timings.count
    (minMs, medianMs) = (timings.least * 1e3, timings.median * 1e3)
    p90Ms = timings.p90 * 1e3
    imagesPerSecond = Double(batch) / timings.median
    macsPerImage = macs
    gmacPerSecond = Double(macs * batch) / timings.least * 1e-9
    peakGmacPerSecond = peak.macsPerSecond * 1e-9
    peakShare = gmacPerSecond / peakGmacPerSecond
    rssBytes = Machine.peakResidentBytes
    loadMs = loading * 1e3
    planMs = bench.planSeconds * 1e3
    weightBytes = plan.constantBytes
    arenaBytes = plan.memory.peak
    kernels = profile.steps.map { Kernel($0, of: profile.seconds, peak) }
  }

  public var text: String {
    """
    model       \(model.printable())
    processor   \(processor), \(isa)
    calls       \(calls) of \(batch) \(batch == 1 ? "image" : "images") on \(threads) \
    \(threads == 1 ? "thread" : "threads")
    time        min \(Format.significant(minMs)) ms, median \(Format.significant(medianMs)) ms, \
    90 % within \(Format.significant(p90Ms)) ms
    speed       \(Format.significant(imagesPerSecond)) images/s at the median; at best \
    \(Format.significant(gmacPerSecond)) GMAC/s, \(Format.percent(peakShare, digits: 0)) of the \
    \(Format.significant(peakGmacPerSecond)) that registers alone reach
    memory      \(Format.bytes(rssBytes)) at most, weights and tables \(Format.bytes(weightBytes)), \
    values \(Format.bytes(arenaBytes))
    before      program \(Format.significant(loadMs)) ms, plan \(Format.significant(planMs)) ms
    """
  }

  /// Every step, and the sums of each kind.
  public var profileText: String {
    var sums = Table([
      .init("kind"), .init("ms", .right), .init("share", .right), .init("GMAC/s", .right),
    ])
    for kind in ProfiledStep.Kind.allCases {
      let kernels = kernels.filter { $0.kind == kind.rawValue }
      let ms = kernels.reduce(0) { $0 + $1.ms }
      let macs = kernels.reduce(0) { $0 + $1.macs }
      sums.append([
        kind.title, Format.fixed(ms, digits: 3),
        Format.percent(kernels.reduce(0) { $0 + $1.share }, digits: 1),
        macs > 0 && ms > 0 ? Format.significant(Double(macs) / ms * 1e-6) : "",
      ])
    }
    var table = Table([
      .init("step"), .init("work"), .init("ms", .right), .init("share", .right),
      .init("MACs", .right), .init("GMAC/s", .right), .init("of peak", .right),
      .init("bytes", .right),
    ])
    for kernel in kernels {
      let multiplies = kernel.macs > 0
      table.append([
        kernel.name, kernel.work, Format.fixed(kernel.ms, digits: 3),
        Format.percent(kernel.share, digits: 1), multiplies ? Format.count(kernel.macs) : "",
        multiplies ? Format.significant(kernel.gmacPerSecond) : "",
        multiplies ? Format.percent(kernel.peakShare, digits: 0) : "", Format.bytes(kernel.bytes),
      ])
    }
    return table.text + "\n\n" + sums.text
  }
}

extension BenchReport.Kernel {
  /// - Parameters:
  ///   - step: what was timed.
  ///   - total: the seconds of all steps.
  ///   - peak: what registers alone reach.
  fileprivate init(_ step: ProfiledStep, of total: Double, _ peak: PeakRate) {
    let rate = step.seconds > 0 ? Double(step.macs) / step.seconds : 0
    name = step.name
    kind = step.kind.rawValue
    work = step.work
    ms = step.seconds * 1e3
    share = total > 0 ? step.seconds / total : 0
    macs = step.macs
    gmacPerSecond = rate * 1e-9
    peakShare = rate / peak.macsPerSecond
    bytes = step.bytes
  }
}
