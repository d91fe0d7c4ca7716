import IntaglioData
import IntaglioDemo
import Testing

@Suite("SurfaceImage")
struct SurfaceImageTests {
  /// Recorded from this generator with seed 2026; a change means that the demo's models have to be
  /// trained again.
  @Test("the first sixteen images are the same to the bit on every machine")
  func recorded() {
    let bytes = (0..<16).flatMap { index in
      let (pixels, label) = SurfaceImage.draw(seed: 2026, index: index)
      return pixels + [label.rawValue]
    }
    #expect(CRC32(of: bytes).value == 3_653_298_827)
  }

  @Test("an image depends on seed and index alone, not on what was drawn before")
  func independent() {
    let before = SurfaceImage.draw(seed: 3, index: 41)
    _ = SurfaceImage.draw(seed: 4, index: 0)
    let after = SurfaceImage.draw(seed: 3, index: 41)
    #expect(before.pixels == after.pixels)
    #expect(before.label == after.label)
    #expect(before.pixels != SurfaceImage.draw(seed: 3, index: 42).pixels)
    #expect(before.pixels != SurfaceImage.draw(seed: 4, index: 41).pixels)
  }

  @Test("six images in a row hold every class once", arguments: [1, 7, 2026] as [UInt64])
  func balance(seed: UInt64) {
    for round in 0..<200 {
      let labels = (0..<6).map { SurfaceImage.label(seed: seed, index: 6 * round + $0) }
      #expect(Set(labels) == Set(SurfaceClass.allCases))
    }
  }

  @Test("the place in the row says nothing about the class")
  func order() {
    var counts = [Int](repeating: 0, count: 36)
    for index in 0..<6000 {
      counts[index % 6 * 6 + Int(SurfaceImage.label(seed: 5, index: index).rawValue)] += 1
    }
    // 1000 · 1/6 with a deviation of 12; five deviations either side.
    #expect(counts.allSatisfy { (107...227).contains($0) })
  }

  @Test("label and picture agree on the class")
  func labels() {
    for index in 0..<60 {
      #expect(
        SurfaceImage.draw(seed: 8, index: index).label == SurfaceImage.label(seed: 8, index: index)
      )
    }
  }

  @Test("grey levels look like a photograph", arguments: [11, 12] as [UInt64])
  func statistics(seed: UInt64) {
    var histogram = [Int](repeating: 0, count: 256)
    for index in 0..<120 {
      let pixels = SurfaceImage.draw(seed: seed, index: index).pixels
      #expect(pixels.count == SurfaceImage.side * SurfaceImage.side)
      let mean = Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count)
      let square = Double(pixels.reduce(0) { $0 + Int($1) * Int($1) }) / Double(pixels.count)
      #expect((70...215).contains(mean), "image \(index)")
      #expect((2...50).contains((square - mean * mean).squareRoot()), "image \(index)")
      for pixel in pixels { histogram[Int(pixel)] += 1 }
    }
    let total = histogram.reduce(0, +)
    #expect(histogram[0] * 1000 < total, "black is rare")
    #expect(histogram[255] * 200 < total, "overexposure is rare")
  }

  @Test("a defect marks the patches it touches, and a flawless part none")
  func patches() {
    for index in 0..<60 {
      let touched = SurfaceImage.defectPatches(seed: 9, index: index)
      #expect(touched.count == 64)
      let flawless = SurfaceImage.label(seed: 9, index: index) == .flawless
      #expect(touched.contains(true) != flawless, "image \(index)")
    }
  }
}
