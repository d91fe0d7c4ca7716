import IntaglioHardware
import IntaglioHardwareStudies
import Testing

@Suite("Verilator sees what Icarus sees", .needsTools)
struct EveryBlockTests {
  /// One build for all: most of its time goes into what every build has.
  @Test("every block, every known output in its cycle")
  func everyBlock() throws {
    try Play.all([
      OperatorTests.play(), SystolicArrayTests.play(), WeightStationaryArrayTests.play(),
      ThresholdRequantizerTests.play(), SearchRequantizerTests.play(),
      ScaledSumRequantizerTests.play(),
      MemoryTests.play(), SoftmaxUnitTests.play(), SoftmaxUnitSharingTests.play(),
      NormQuantizerTests.play(),
    ]).expectAgreement(in: .verilator)
  }
}
