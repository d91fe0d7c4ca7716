import IntaglioProtocol
import Hummingbird
import NIOCore

/// What the server tells of itself and its models.
struct MetadataRoutes: Sendable {
  let registry: ModelRegistry
  let version: String

  /// `GET v2`.
  var server: Response {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("name")
      writer.string("intaglio")
      writer.key("version")
      writer.string(version)
      writer.key("extensions")
      writer.strings(["binary_tensor_data", "classification", "model_repository"])
    }
    return Response(json: writer)
  }

  /// `GET v2/health/live`.
  var live: Response {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("live")
      writer.bool(true)
    }
    return Response(json: writer)
  }

  /// `GET v2/health/ready`: 400 until all models are open.
  func ready() throws(ServingError) -> Response {
    guard registry.isReady else { throw .badRequest("not all models are open yet; try again") }
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("ready")
      writer.bool(true)
    }
    return Response(json: writer)
  }

  /// `GET v2/models/{model}/ready`: 400 until it is open.
  func ready(_ name: String) throws(ServingError) -> Response {
    do {
      _ = try registry.pool(name)
    } catch  where error.status == 503 {
      throw .badRequest(error.message)
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("name")
      writer.string(name)
      writer.key("ready")
      writer.bool(true)
    }
    return Response(json: writer)
  }

  /// `GET v2/models/{model}`.
  func model(_ name: String) throws(ServingError) -> Response {
    let pool = try registry.pool(name)
    var writer = JSONWriter()
    writer.object { pool.writeMetadata(to: &$0) }
    return Response(json: writer)
  }

  /// `GET v2/models`, which is our own: the metadata of all models, their classes and facts.
  var models: Response {
    var writer = JSONWriter()
    writer.array { writer in
      for pool in registry.pools {
        writer.object { writer in
          pool.writeMetadata(to: &writer)
          writer.key("class_names")
          writer.strings(pool.model.classNames)
          writer.key("probabilities")
          writer.bool(pool.model.answersAreProbabilities)
          writer.key("facts")
          writer.array { writer in
            for fact in pool.model.facts { writer.strings([fact.name, fact.value]) }
          }
        }
      }
    }
    return Response(json: writer)
  }

  /// `POST v2/repository/index`.
  var index: Response {
    let open = Set(registry.pools.map(\.name))
    var writer = JSONWriter()
    writer.array { writer in
      for entry in registry.entries {
        writer.object { writer in
          writer.key("name")
          writer.string(entry.name)
          writer.key("state")
          writer.string(open.contains(entry.name) ? "READY" : "LOADING")
        }
      }
    }
    return Response(json: writer)
  }
}

extension ModelPool {
  /// The members of the metadata.
  fileprivate func writeMetadata(to writer: inout JSONWriter) {
    writer.key("name")
    writer.string(name)
    writer.key("platform")
    writer.string("intaglio_\(model.format)")
    let input = model.input
    let ports = [
      ("inputs", input.name, input.type, [-1] + input.sampleShape),
      ("outputs", model.outputName, TensorType.float32, [-1, model.classes]),
    ]
    for (list, name, type, shape) in ports {
      writer.key(list)
      writer.array { writer in
        writer.object { writer in
          writer.key("name")
          writer.string(name)
          writer.key("datatype")
          writer.string(type.rawValue)
          writer.key("shape")
          writer.integers(shape)
        }
      }
    }
  }
}
