/// What must be over before a command begins, in two numbers that the machine counts: so many tiles in
/// memory, so many blocks of rows done, from the first one on.
public struct CommandNeeds: Hashable, Sendable {
  public internal(set) var tiles = 0
  public internal(set) var blocks = 0

  mutating func join(_ other: CommandNeeds) {
    tiles = max(tiles, other.tiles)
    blocks = max(blocks, other.blocks)
  }
}

/// Finds the needs of commands, one after the other, from the words that they touch.
///
/// Tiles are read in their order and written in their order, and so are blocks of rows; so among themselves
/// only what is read must have been written. Between both, nothing is written either that the other still reads.
struct CommandHazards {
  /// What happened to a word last; positions count from 1.
  private struct Word {
    var writtenByTile = 0
    var writtenByBlock = 0
    var readByTile = 0
    var readByBlock = 0
  }

  private var words: [TileMemory: [Word]]
  private var tiles = 0
  private var blocks = 0

  init(sizes: [TileMemory: Int]) {
    words = sizes.mapValues { [Word](repeating: Word(), count: $0) }
  }

  /// `command`, the next one, with its needs.
  mutating func placed(_ command: TileCommand) -> TileCommand {
    switch command {
    case .product(var tile):
      // Tiles count with their last digit.
      if tile.pass.isFirst { tiles += 1 }
      var needs = CommandNeeds()
      let result = tile.result.memory
      for address in [tile.rows, tile.columns] {
        readByTile(address.memory, address.word..<address.word + tile.depth, &needs)
      }
      if case .scaledSum(_, _, let residual?, _) = tile.epilogue {
        readByTile(.wide, residual..<residual + (tile.divides ? 1 : tile.words), &needs)
      }
      for word in tile.result.word..<tile.result.word + tile.words where tile.pass.isLast {
        guard let before = words[result]?[word] else { continue }
        needs.blocks = max(needs.blocks, before.readByBlock, before.writtenByBlock)
        words[result]?[word].writtenByTile = tiles
      }
      tile.needs = needs
      return .product(tile)
    case .rows(var block):
      blocks += 1
      var needs = CommandNeeds()
      for word in block.source..<block.source + block.words {
        needs.tiles = max(needs.tiles, words[.wide]?[word].writtenByTile ?? 0)
        words[.wide]?[word].readByBlock = blocks
      }
      for word in block.result..<block.result + block.words {
        guard let before = words[.rowCodes]?[word] else { continue }
        needs.tiles = max(needs.tiles, before.readByTile, before.writtenByTile)
        words[.rowCodes]?[word].writtenByBlock = blocks
      }
      block.needs = needs
      return .rows(block)
    }
  }

  private mutating func readByTile(
    _ memory: TileMemory,
    _ range: Range<Int>,
    _ needs: inout CommandNeeds
  ) {
    guard memory != .weights else { return }
    for word in range {
      guard let before = words[memory]?[word] else { continue }
      needs.join(CommandNeeds(tiles: before.writtenByTile, blocks: before.writtenByBlock))
      words[memory]?[word].readByTile = tiles
    }
  }
}
