import Foundation
import IntaglioReport

/// How much memory there is, asked before any is taken: where it does not suffice, an error says so, and
/// no allocation ends the process.
public struct MemoryBudget: Sendable {
  /// In bytes.
  public let available: Int
  /// What sets the limit.
  public let source: String

  public init(available: Int, source: String) {
    (self.available, self.source) = (available, source)
  }

  /// What the machine, the control group of the process and its own limits leave, the least of them.
  ///
  /// Where the system says nothing there is no limit.
  public static var system: MemoryBudget {
    let found = [machine, controlGroup, addressSpace].compactMap { $0 }
    return found.min { $0.available < $1.available }
      ?? MemoryBudget(available: .max, source: "no limit is known")
  }

  /// - Parameters:
  ///   - bytes: what is needed.
  ///   - what: what needs it, for the message.
  /// - Throws: `MemoryError` when there is less.
  public func check(_ bytes: Int, for what: String) throws(MemoryError) {
    guard bytes > available else { return }
    throw MemoryError(what: what, needed: bytes, available: available, source: source)
  }
}

/// More memory is asked for than there is.
public struct MemoryError: Error, Hashable, Sendable, CustomStringConvertible {
  public let what: String
  /// In bytes.
  public let needed: Int
  public let available: Int
  /// What sets the limit.
  public let source: String

  public var description: String {
    "\(what) needs \(Format.bytes(needed)) of memory, \(Format.bytes(available)) are available "
      + "(\(source)); take fewer threads or images at a time, a smaller model, or a larger machine"
  }
}

extension MemoryBudget {
  /// Memory that the kernel can give without swapping, and swap.
  private static var machine: MemoryBudget? {
    let fields = lines(of: "/proc/meminfo").reduce(into: [String: Int]()) { fields, line in
      let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      if words.count > 1, let kilobytes = Int(words[1]) { fields[String(words[0])] = kilobytes }
    }
    guard let available = fields["MemAvailable"] else { return nil }
    let kilobytes = available.saturatingSum(fields["SwapFree"] ?? 0)
    return MemoryBudget(available: kilobytes.saturatingProduct(1024), source: "free memory")
  }

  /// What the control groups of the process leave, of either version: the least of it and those above.
  private static var controlGroup: MemoryBudget? {
    var least: Int?
    for line in lines(of: "/proc/self/cgroup") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isSecond = parts[1].isEmpty
      guard isSecond || parts[1].split(separator: ",").contains("memory") else { continue }
      let root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let names = isSecond ? ["max", "current"] : ["limit_in_bytes", "usage_in_bytes"]
      var path = String(parts[2])
      while true {
        let folder = root + (path == "/" ? "" : path)
        if let limit = number(in: "\(folder)/memory.\(names[0])"),
          let used = number(in: "\(folder)/memory.\(names[1])")
        {
          let left = max(0, limit - used).saturatingSum(reclaimable(folder))
          least = min(least ?? .max, left)
        }
        guard let slash = path.lastIndex(of: "/"), path.count > 1 else { break }
        path = slash == path.startIndex ? "/" : String(path[..<slash])
      }
    }
    return least.map { MemoryBudget(available: $0, source: "the control group's limit") }
  }

  /// Cached files that a group gives back when it needs memory.
  private static func reclaimable(_ folder: String) -> Int {
    let line = lines(of: "\(folder)/memory.stat").first { $0.hasPrefix("inactive_file ") }
    return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }

  /// What `ulimit -v` leaves.
  private static var addressSpace: MemoryBudget? {
    let line = lines(of: "/proc/self/limits").first { $0.hasPrefix("Max address space") }
    let pages = lines(of: "/proc/self/statm").first?.split(separator: " ").first.flatMap { Int($0) }
    guard let line, let pages,
      let limit = line.dropFirst("Max address space".count).split(separator: " ").first
        .flatMap({ Int($0) })
    else { return nil }
    let left = max(0, limit - pages.saturatingProduct(Int(sysconf(Int32(_SC_PAGESIZE)))))
    return MemoryBudget(available: left, source: "the limit of the address space, ulimit -v")
  }

  private static func number(in path: String) -> Int? {
    lines(of: path).first.flatMap { Int($0) }
  }

  /// Of a small file of the system; none where it is not there.
  private static func lines(of path: String) -> [Substring] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n")
  }
}

extension Int {
  /// The sum, or the largest number there is: enough to say that something is too large.
  func saturatingSum(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The product of two counts, or the largest number there is.
  func saturatingProduct(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

extension Plan {
  /// Makes sure that there is memory for several passes, each on one thread.
  ///
  /// - Throws: `MemoryError` when there is less.
  func reserve(passes: Int) throws(MemoryError) {
    try MemoryBudget.system.check(
      passBytes(threads: 1).saturatingProduct(passes),
      for: "\(passes) pass\(passes == 1 ? "" : "es") of the program at a time"
    )
  }
}
