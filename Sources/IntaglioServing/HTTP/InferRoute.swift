import IntaglioProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// `POST v2/models/{model}/infer`.
struct InferRoute: Sendable {
  let registry: ModelRegistry
  let limits: ConnectionLimits
  /// What bodies and prepared images take together.
  let budget: BodyBudget
  /// Where images are decoded.
  let decoders: NIOThreadPool

  private static let headerLength = HTTPField.Name("Inference-Header-Content-Length")
  /// Replies below this many bytes are not worth compressing.
  private static let compressedSize = 1024

  func respond(to request: Request, model name: String) async throws -> Response {
    let pool = try registry.pool(name)
    try Self.checkContentType(request.headers[.contentType])
    let body = try await Self.body(of: request, limits)
    let ask = try InferRequestReader.read(body, jsonLength: Self.jsonLength(request.headers))
    let outputs = try Self.outputs(ask, pool.model)
    let decoded = try reserveImages(ask, pool)
    defer { budget.giveBack(decoded) }
    let (samples, count) = try await samples(ask, pool.model, timeout: pool.queue.limits.timeout)
    let result = try await run(samples, count, ask, pool)
    let reply = InferReply(
      model: name,
      id: ask.id,
      parameters: [
        ("queue_us", result.queueTime / 1000), ("engine_us", result.engineTime / 1000),
        ("batch", result.batch),
      ],
      outputs: outputs.map { Self.output($0, ask, result.logits, pool.model) }
    )
    return try Self.response(reply, acceptEncoding: request.headers[.acceptEncoding])
  }

  /// Runs in the model's queue; a model that was replaced meanwhile is looked up again.
  private func run(
    _ samples: Samples,
    _ count: Int,
    _ ask: InferRequest,
    _ pool: ModelPool
  ) async throws -> BatchResult {
    // A client counts microseconds; 0 stands for no limit of its own.
    let timeout = ask.timeout.flatMap { $0 == 0 ? nil : min($0, 86_400_000_000) * 1000 }
    do {
      return try await pool.queue.run(samples, count: count, timeout: timeout)
    } catch let error as ServingError where error == .stopping {
      let now = try registry.pool(pool.name)
      guard now.queue !== pool.queue, now.model.input == pool.model.input,
        now.model.classes == pool.model.classes
      else { throw error }
      return try await now.queue.run(samples, count: count, timeout: timeout)
    }
  }

  // The request

  /// A page of another site can send forms and plain text without asking, but none of these.
  private static func checkContentType(_ field: String?) throws(ServingError) {
    guard let field else { return }
    let type = field.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
    guard type != "application/json", type != "application/octet-stream" else { return }
    throw ServingError(
      status: 415,
      "unknown Content-Type \(quoted(field)); send application/json, or application/octet-stream "
        + "with binary tensors"
    )
  }

  private static func jsonLength(_ headers: HTTPFields) throws(ServingError) -> Int? {
    guard let headerLength, let text = headers[headerLength] else { return nil }
    guard let length = Int(text), length >= 0 else {
      throw .badRequest(
        "Inference-Header-Content-Length is \(quoted(text)); send the bytes of the JSON as a number"
      )
    }
    return length
  }

  private static func body(
    of request: Request,
    _ limits: ConnectionLimits
  ) async throws -> ByteBuffer {
    var body: ByteBuffer?
    for try await part in request.body {
      if body == nil {
        body = part
      } else {
        body?.writeImmutableBuffer(part)
      }
      if let body, body.readableBytes > limits.maxBody {
        throw ServingError.tooLarge(limit: limits.maxBody)
      }
    }
    let whole = body ?? ByteBuffer()
    guard let coding = try Compression(contentEncoding: request.headers[.contentEncoding]) else {
      return whole
    }
    return try coding.inflated(whole, limit: limits.maxBody)
  }

  /// The samples of the model's input, and how many they are.
  private func samples(
    _ ask: InferRequest,
    _ model: any ServedModel,
    timeout: Int
  ) async throws -> (Samples, count: Int) {
    guard let input = ask.inputs.first, ask.inputs.count == 1, input.name == model.input.name else {
      let found = ask.inputs.map { quoted($0.name) }.joined(separator: ", ")
      throw ServingError.badRequest(
        "the model takes one input \(quoted(model.input.name)), but the request has \(found)"
      )
    }
    if input.type == .bytes { return try await images(input, model, timeout: timeout) }
    let accepts = model.input.type.isReal ? input.type.isReal : input.type.isInteger
    guard accepts else {
      throw ServingError.badRequest(
        "input \(quoted(input.name)) is \(model.input.type.rawValue), but the request has "
          + "\(input.type.rawValue); send \(model.input.type.rawValue), or images as BYTES"
      )
    }
    let (shape, expected) = (input.shape.dimensions, model.input.sampleShape)
    guard let count = shape.first, count >= 1, Array(shape.dropFirst()) == expected else {
      let wanted = ["n"] + expected.map(String.init)
      throw ServingError.badRequest(
        "input \(quoted(input.name)) has the shape \(shape), but the model takes "
          + "[\(wanted.joined(separator: ", "))] with n of at least 1"
      )
    }
    switch input.content {
    case .numbers(let numbers): return (.floats(numbers), count)
    case .raw(let bytes) where input.type == .float32: return (.float32(bytes), count)
    case .raw(let bytes):
      return (.floats(try RawTensor.floats(bytes, input.type, input.name)), count)
    case .strings:
      throw ServingError.badRequest("input \(quoted(input.name)) has strings in place of numbers")
    }
  }

  /// Takes what the images of a request become from the budget, before one is decoded: small files may be large
  /// samples, and nobody decodes what the queue has no room for.
  ///
  /// - Returns: the bytes that were taken.
  /// - Throws: `ServingError` 413 for more images than the queue ever holds, 429 where it is full, 503 where
  ///   others hold the memory.
  private func reserveImages(_ ask: InferRequest, _ pool: ModelPool) throws(ServingError) -> Int {
    guard let input = ask.inputs.first, input.type == .bytes else { return 0 }
    let (count, limit) = (input.shape.count, pool.queue.limits.queue)
    guard count <= limit else {
      throw ServingError(status: 413, "\(count) images in a request; send at most \(limit)")
    }
    guard pool.queue.depth + count <= limit || pool.queue.depth == 0 else {
      throw .queueFull(model: pool.name, limit: limit)
    }
    let (bytes, overflows) = count.multipliedReportingOverflow(by: 4 * pool.model.input.sampleCount)
    guard !overflows, budget.take(bytes) else {
      throw .unavailable(
        "other requests hold the memory for images; try again, or send fewer at once"
      )
    }
    return bytes
  }

  private func images(
    _ input: InferRequest.Input,
    _ model: any ServedModel,
    timeout: Int
  ) async throws -> (Samples, count: Int) {
    let shape = input.shape.dimensions
    guard let count = shape.first, count >= 1, shape.count == 1 || shape.dropFirst() == [1] else {
      throw ServingError.badRequest(
        "images as BYTES have the shape [n] or [n, 1] with n of at least 1, not \(shape)"
      )
    }
    let files: [[UInt8]]
    switch input.content {
    case .raw(let bytes): files = try RawTensor.strings(bytes, count: count, input.name)
    case .strings(let strings):
      files = try strings.enumerated().map { index, text in
        guard let data = Data(base64Encoded: text) else {
          throw ServingError.badRequest(
            "input \(quoted(input.name)): element \(index) is no base64; JSON holds images as base64"
          )
        }
        return [UInt8](data)
      }
    case .numbers: throw ServingError.badRequest("BYTES are strings in JSON, not numbers")
    }
    let deadline = Monitor.now + timeout
    let numbers = try await decoders.runIfActive {
      var numbers: [Float] = []
      numbers.reserveCapacity(count * model.input.sampleCount)
      for (index, file) in files.enumerated() {
        guard Monitor.now < deadline else {
          throw ServingError.timedOut(milliseconds: timeout / 1_000_000)
        }
        do {
          numbers += try model.sample(encodedImage: file)
        } catch let error as SampleError {
          throw ServingError.badRequest("image \(index): \(error.description)")
        }
      }
      return numbers
    }
    return (.floats(numbers), count)
  }

  // The reply

  private static func outputs(
    _ ask: InferRequest,
    _ model: any ServedModel
  ) throws(ServingError) -> [InferRequest.Output] {
    guard let outputs = ask.outputs, !outputs.isEmpty else {
      return [InferRequest.Output(name: model.outputName)]
    }
    for output in outputs where output.name != model.outputName {
      throw .badRequest(
        "there is no output \(quoted(output.name)); the model has \(quoted(model.outputName))"
      )
    }
    return outputs
  }

  private static func output(
    _ output: InferRequest.Output,
    _ ask: InferRequest,
    _ logits: [Float],
    _ model: any ServedModel
  ) -> InferReply.Output {
    let classes = max(1, model.classes)
    let count = logits.count / classes
    let isBinary = output.isBinary ?? ask.isBinary
    guard output.classification > 0 else {
      return InferReply.Output(
        name: output.name,
        shape: [count, model.classes],
        content: .floats(logits),
        isBinary: isBinary
      )
    }
    let top = min(output.classification, classes)
    let names = model.classNames
    let labels = (0..<count).flatMap { row in
      ranking(logits[row * classes..<(row + 1) * classes]).prefix(top).map { index in
        let label = "\(logits[row * classes + index]):\(index)"
        return names.indices.contains(index) ? "\(label):\(names[index])" : label
      }
    }
    return InferReply.Output(
      name: output.name,
      shape: [count, top],
      content: .strings(labels),
      isBinary: isBinary
    )
  }

  /// The largest first; equal ones, and those that are not numbers, in their order at the end.
  private static func ranking(_ row: ArraySlice<Float>) -> [Int] {
    row.enumerated()
      .sorted { one, other in
        let (first, second) = (one.element, other.element)
        if first.isNaN || second.isNaN {
          return first.isNaN == second.isNaN ? one.offset < other.offset : second.isNaN
        }
        return first == second ? one.offset < other.offset : first > second
      }
      .map(\.offset)
  }

  private static func response(
    _ reply: InferReply,
    acceptEncoding: String?
  ) throws(ServingError) -> Response {
    var (body, jsonLength) = try reply.encoded()
    var headers = HTTPFields()
    headers[.contentType] = jsonLength == nil ? "application/json" : "application/octet-stream"
    if let headerLength, let jsonLength { headers[headerLength] = "\(jsonLength)" }
    if body.readableBytes >= compressedSize,
      let coding = Compression(acceptEncoding: acceptEncoding),
      let small = coding.deflated(body)
    {
      headers[.contentEncoding] = coding.rawValue
      body = small
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}
