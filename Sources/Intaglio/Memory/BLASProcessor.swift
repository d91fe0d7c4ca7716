import CBLAS
import Foundation
import IntaglioRuntime

/// For which processor OpenBLAS multiplies floats.
///
/// It chooses once, when it is loaded, by model numbers; where it does not know the model it falls back
/// to the oldest one and is several times slower. Its environment variable says otherwise.
public enum BLASProcessor {
  private static let variable = "OPENBLAS_CORETYPE"

  /// What OpenBLAS should be told in `OPENBLAS_CORETYPE`; `nil` where it chose well, or was told.
  public static var better: (variable: String, value: String)? {
    guard ProcessInfo.processInfo.environment[variable] == nil,
      let name = intaglio_blas_core().map({ String(cString: $0) }),
      ["prescott", "core2", "generic", "katmai", "nehalem", "unknown"].contains(name.lowercased())
    else { return nil }
    func has(_ name: String) -> Bool { InstructionSet(named: name)?.isSupported ?? false }
    if has("avx512vnni") { return (variable, "SKYLAKEX") }
    return has("avx2") ? (variable, "HASWELL") : nil
  }

  /// Begins the process anew where OpenBLAS did not choose well.
  ///
  /// It reads its environment when it is loaded. To be called before anything else; where that is not possible it
  /// stays as it is.
  public static func restartForBetter() {
    guard let better else { return }
    setenv(better.variable, better.value, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
