// swift-format-ignore-file: AlwaysUseLowerCamelCase

// What `intaglio.h` declares; the compiler holds every signature against it.

public import CIntaglio
import Foundation
import Intaglio
import IntaglioCommand
import IntaglioData

@c @implementation
public func intaglio_version() -> UnsafePointer<CChar>? { versionText }

@c @implementation
public func intaglio_abi() -> Int32 { INTAGLIO_ABI }

@c @implementation
public func intaglio_open(
  _ name: UnsafePointer<CChar>?,
  _ options: UnsafePointer<intaglio_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  answer(error, otherwise: INTAGLIO_NO_MODEL) {
    let place = try given(model, "model")
    place.pointee = nil
    let options = try ClassifierOptions(options)
    let classifier = try Classifier(opening: text(given(name, "name"), "name"), options)
    place.pointee = ModelHandle(classifier, threads: options.threads).pointer
  }
}

@c @implementation
public func intaglio_close(_ model: OpaquePointer?) {
  if let model { ModelHandle.release(model) }
}

@c @implementation
public func intaglio_describe(
  _ model: OpaquePointer?,
  _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  answer(error) {
    let handle = try ModelHandle.at(given(model, "model"))
    let text = try JSONEncoder.forC.encode(ModelFacts(handle))
    length?.pointee = text.count
    guard let buffer else {
      guard capacity == 0 else { throw CallError("expected 'buffer', found a null pointer") }
      return
    }
    guard text.count < capacity else {
      throw CallError("expected room for \(text.count + 1) bytes in 'buffer', found \(capacity)")
    }
    for (index, byte) in text.enumerated() { buffer[index] = CChar(truncatingIfNeeded: byte) }
    buffer[text.count] = 0
  }
}

@c @implementation
public func intaglio_input_count(_ model: OpaquePointer?) -> Int64 {
  model.map { Int64(ModelHandle.at($0).inputCount) } ?? 0
}

@c @implementation
public func intaglio_output_count(_ model: OpaquePointer?) -> Int64 {
  model.map { Int64(ModelHandle.at($0).outputCount) } ?? 0
}

@c @implementation
public func intaglio_run_f32(
  _ model: OpaquePointer?,
  _ samples: UnsafePointer<Float>?,
  _ count: Int64,
  _ logits: UnsafeMutablePointer<Float>?,
  _ capacity: Int64,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  run(model, samples, count, logits, capacity, error) { Array($0) }
}

@c @implementation
public func intaglio_run_i32(
  _ model: OpaquePointer?,
  _ codes: UnsafePointer<Int32>?,
  _ count: Int64,
  _ logits: UnsafeMutablePointer<Float>?,
  _ capacity: Int64,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  run(model, codes, count, logits, capacity, error) { codes in
    try codes.map { code in
      guard let number = Float(exactly: code) else {
        throw CallError("expected codes within ±2^24, found \(code)")
      }
      return number
    }
  }
}

@c @implementation
public func intaglio_run_u8(
  _ model: OpaquePointer?,
  _ pixels: UnsafePointer<UInt8>?,
  _ count: Int64,
  _ height: Int64,
  _ width: Int64,
  _ channels: Int64,
  _ logits: UnsafeMutablePointer<Float>?,
  _ capacity: Int64,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  answer(error, otherwise: INTAGLIO_NO_FIT) {
    let handle = try ModelHandle.at(given(model, "model"))
    let number = try checked(count, width: handle.outputCount, capacity: capacity, "logits")
    guard number > 0 else { return }
    let images = try PixelBatch(
      given(pixels, "pixels"),
      count: count,
      height: height,
      width: width,
      channels: channels
    )
    try handle.run(count: number, into: given(logits, "logits")) { try handle.samples(images, $0) }
  }
}

@c @implementation
public func intaglio_preprocess_u8(
  _ model: OpaquePointer?,
  _ pixels: UnsafePointer<UInt8>?,
  _ count: Int64,
  _ height: Int64,
  _ width: Int64,
  _ channels: Int64,
  _ samples: UnsafeMutablePointer<Float>?,
  _ capacity: Int64,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  answer(error, otherwise: INTAGLIO_NO_FIT) {
    let handle = try ModelHandle.at(given(model, "model"))
    let number = try checked(count, width: handle.inputCount, capacity: capacity, "samples")
    guard number > 0 else { return }
    let images = try PixelBatch(
      given(pixels, "pixels"),
      count: count,
      height: height,
      width: width,
      channels: channels
    )
    let place = try given(samples, "samples")
    for start in stride(from: 0, to: number, by: handle.chunk) {
      let range = start..<min(number, start + handle.chunk)
      let numbers = try handle.samples(images, range)
      (place + start * handle.inputCount).update(from: numbers, count: numbers.count)
    }
  }
}

@c @implementation
public func intaglio_preprocess_encoded(
  _ model: OpaquePointer?,
  _ bytes: UnsafePointer<UInt8>?,
  _ size: Int,
  _ sample: UnsafeMutablePointer<Float>?,
  _ capacity: Int64,
  _ error: UnsafeMutablePointer<intaglio_error>?
) -> intaglio_status {
  answer(error, otherwise: INTAGLIO_NO_IMAGE) {
    let handle = try ModelHandle.at(given(model, "model"))
    _ = try checked(1, width: handle.inputCount, capacity: capacity, "sample")
    guard (0...Image.fileSizeLimit).contains(size) else {
      throw CallError(
        "expected a size of 0…\(Image.fileSizeLimit) bytes, found \(UInt(bitPattern: size))"
      )
    }
    let file = try Array(UnsafeBufferPointer(start: given(bytes, "bytes"), count: size))
    let image = try Image.decode(file, file: "the image")
    let numbers = try handle.classifier.sample(image, name: "the image")
    try given(sample, "sample").update(from: numbers, count: numbers.count)
  }
}

@c @implementation
public func intaglio_main(
  _ argc: Int32,
  _ argv: UnsafePointer<UnsafePointer<CChar>?>?
) {
  let arguments = (0..<Int(argc)).compactMap { argv?[$0] }
  IntaglioCommand.main(arguments.map { UnsafeMutablePointer(mutating: $0) })
}

/// Runs `count` samples of elements that `floats` makes numbers of.
private func run<Element>(
  _ model: OpaquePointer?,
  _ samples: UnsafePointer<Element>?,
  _ count: Int64,
  _ logits: UnsafeMutablePointer<Float>?,
  _ capacity: Int64,
  _ error: UnsafeMutablePointer<intaglio_error>?,
  _ floats: (UnsafeBufferPointer<Element>) throws -> [Float]
) -> intaglio_status {
  answer(error) {
    let handle = try ModelHandle.at(given(model, "model"))
    let number = try checked(count, width: handle.outputCount, capacity: capacity, "logits")
    guard number > 0 else { return }
    let (samples, width) = (try given(samples, "samples"), handle.inputCount)
    guard !count.multipliedReportingOverflow(by: Int64(width)).overflow else {
      throw CallError("\(count) samples of \(width) numbers are larger than memory")
    }
    try handle.run(count: number, into: given(logits, "logits")) { range in
      let start = samples + range.lowerBound * width
      return try floats(UnsafeBufferPointer(start: start, count: range.count * width))
    }
  }
}

/// Lives as long as the process.
nonisolated(unsafe) private let versionText = UnsafePointer(strdup(IntaglioVersion.number))
