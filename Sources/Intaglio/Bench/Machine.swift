import Foundation

/// What a measurement was taken on.
public enum Machine {
  /// The processor as the system names it; the architecture where it does not.
  public static var processor: String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    for line in information.split(separator: "\n") where line.hasPrefix("model name") {
      let name = line.drop { $0 != ":" }.dropFirst()
      return name.trimmingCharacters(in: .whitespaces)
    }
    #if arch(x86_64)
    return "x86-64"
    #elseif arch(arm64)
    return "arm64"
    #else
    return "unknown"
    #endif
  }

  /// The most memory that this process has held so far, in bytes.
  ///
  /// On Linux of this program alone: what `getrusage` counts is at least what the parent held when it started it.
  public static var peakResidentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      if let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        return kilobytes * 1024
      }
    }
    var usage = rusage()
    #if canImport(Glibc)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // Linux counts kilobytes.
    return usage.ru_maxrss * 1024
    #else
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #endif
  }
}
