import Foundation
import IntaglioHardware
import Testing

extension Trait where Self == ConditionTrait {
  /// Runs where Verilator, Icarus and Yosys are installed; where `INTAGLIO_REQUIRE_SHARED` is 1 a
  /// missing one fails the test instead of skipping it.
  static var needsTools: Self {
    let missing = Tool.allCases.filter { $0.path == nil }.map(\.package)
    let isRequired = ProcessInfo.processInfo.environment["INTAGLIO_REQUIRE_SHARED"] == "1"
    return .enabled(
      if: missing.isEmpty || isRequired,
      "not installed: apt-get install \(missing.joined(separator: " "))"
    )
  }
}

extension TraceResult {
  /// Records a failure unless everything that is known was compared and found equal.
  func expectAgreement(with trace: Trace, _ place: String) {
    #expect(compared == trace.knownCount, "\(place): not everything was compared")
    #expect(mismatched == 0, "\(place): \(mismatches.map(\.description))")
    #expect(cycles == trace.cycles.count)
  }
}
