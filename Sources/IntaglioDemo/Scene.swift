/// Everything in front of the camera and the camera itself, chosen at random for one picture.
struct Scene {
  let label: SurfaceClass
  private let sound: Plate
  private let plate: Plate
  private let light: Light
  private let camera: Camera
  private var chance: Chance

  init(seed: UInt64, index: Int) {
    label = SurfaceImage.label(seed: seed, index: index)
    chance = Chance(seed: seed, stream: UInt64(bitPattern: Int64(index)))
    let finish = Finish(&chance)
    light = Light(&chance)
    camera = Camera(&chance)
    var plate = Plate()
    finish.apply(to: &plate)
    Blemishes(&chance, on: finish).apply(to: &plate, along: finish)
    sound = plate
    switch label {
    case .flawless: break
    case .scratch: Scratch(&chance, across: finish).apply(to: &plate)
    case .dent: Dent(&chance).apply(to: &plate)
    case .stain: Stain(&chance).apply(to: &plate)
    case .crack: Crack(&chance).apply(to: &plate)
    case .pit: Pit(&chance).apply(to: &plate)
    }
    self.plate = plate
  }

  /// Grey levels, row after row.
  ///
  /// Each call adds other noise.
  mutating func photograph() -> [UInt8] {
    camera.photograph(plate, under: light, &chance)
  }

  /// The patches in which the defect changes the light by more than one grey level on average.
  func defectPatches(of patch: Int) -> [Bool] {
    let before = camera.exposure(of: sound, under: light)
    let after = camera.exposure(of: plate, under: light)
    precondition(patch > 0 && SurfaceImage.side % patch == 0, "patch \(patch) does not divide")
    let cells = patch * Plate.fineness
    let perRow = Plate.side / cells
    var change = [Float](repeating: 0, count: perRow * perRow)
    for row in 0..<perRow * cells {
      for column in 0..<perRow * cells {
        let cell = row * Plate.side + column
        change[row / cells * perRow + column / cells] += abs(after[cell] - before[cell])
      }
    }
    return change.map { $0 > Float(cells * cells) }
  }
}
