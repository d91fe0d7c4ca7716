/// Lens and sensor: vignette, blur, noise, and the step to eight bits.
struct Camera {
  private let vignette: Float
  private let blur: Float
  private let noise: Float

  init(_ chance: inout Chance) {
    vignette = chance.uniform(0.02...0.22)
    blur = chance.uniform(0...0.2)
    noise = chance.uniform(1.2...4.2)
  }

  /// `SurfaceImage.side`² grey levels, row after row.
  func photograph(_ plate: Plate, under light: Light, _ chance: inout Chance) -> [UInt8] {
    let exposed = blurred(reduced(exposure(of: plate, under: light)))
    return exposed.map { grey in
      // Photon noise grows with the square root of the light; 128 is the reference level.
      let spread = noise * (0.4 + 0.6 * (max(grey, 0) / 128).squareRoot())
      let level = grey + spread * chance.bell() + 0.5
      return UInt8(min(max(level, 0), 255))
    }
  }

  /// Light that reaches the sensor from each cell of the plate, in grey levels.
  func exposure(of plate: Plate, under light: Light) -> [Float] {
    let side = Plate.side
    let cell = 1 / Float(Plate.fineness)
    var result = [Float](repeating: 0, count: side * side)
    for row in 0..<side {
      for column in 0..<side {
        let left = plate.relief[row * side + max(column - 1, 0)]
        let right = plate.relief[row * side + min(column + 1, side - 1)]
        let above = plate.relief[max(row - 1, 0) * side + column]
        let below = plate.relief[min(row + 1, side - 1) * side + column]
        let slope = SIMD2(right - left, below - above) / (2 * cell)
        let point = Point(Float(column) + 0.5, Float(row) + 0.5) * cell
        result[row * side + column] =
          light.brightness(point) * light.shade(slope) * falloff(point)
          * plate.reflectance[row * side + column]
      }
    }
    return result
  }

  private func falloff(_ point: Point) -> Float {
    let offset = point / Float(SurfaceImage.side / 2) - 1
    return 1 - vignette * offset.dot(offset)
  }

  /// Mean of the cells of each pixel.
  private func reduced(_ cells: [Float]) -> [Float] {
    let side = SurfaceImage.side
    let fineness = Plate.fineness
    var result = [Float](repeating: 0, count: side * side)
    for row in 0..<Plate.side {
      for column in 0..<Plate.side {
        result[row / fineness * side + column / fineness] += cells[row * Plate.side + column]
      }
    }
    return result.map { $0 / Float(fineness * fineness) }
  }

  /// Each pixel shares `blur` of its light with the neighbours, along rows and then along columns.
  private func blurred(_ pixels: [Float]) -> [Float] {
    var result = pixels
    for (across, along) in [(1, SurfaceImage.side), (SurfaceImage.side, 1)] {
      let source = result
      for line in 0..<SurfaceImage.side {
        for place in 0..<SurfaceImage.side {
          let here = line * along + place * across
          let before = place > 0 ? here - across : here
          let after = place < SurfaceImage.side - 1 ? here + across : here
          result[here] = source[here] + blur * (source[before] + source[after] - 2 * source[here])
        }
      }
    }
    return result
  }
}
