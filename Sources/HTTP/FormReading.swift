/// A file of a form, piece by piece.
public enum FilePiece: Sendable, Equatable {
  case begin(MultipartPart)
  case data([UInt8])
  case end
}

extension Request {
  /// Reads the body as a form, urlencoded or multipart.
  ///
  /// - Parameters:
  ///   - limit: The most octets that the plain inputs may take together.
  ///   - file: Given each file as it arrives, so that none is ever in memory; without it files are
  ///     read and dropped. An input without a chosen file is not handed on.
  /// - Returns: The plain inputs.
  /// - Throws: ``RequestBody/Failure``, or what `file` throws.
  public func form(
    upTo limit: Int = 1 << 20, file: ((FilePiece) async throws -> Void)? = nil
  ) async throws -> FormFields {
    if mediaType == "application/x-www-form-urlencoded" {
      let octets = try await body.collect(upTo: limit)
      guard let form = FormFields(urlencoded: octets[...]) else {
        throw RequestBody.Failure.notAForm(.tooManyParts)
      }
      return form
    }
    do {
      guard var reader = try MultipartReader(contentType: fields["Content-Type"] ?? "") else {
        throw RequestBody.Failure.notAForm(nil)
      }
      return try await multipart(&reader, upTo: limit, file: file)
    } catch let error as MultipartError {
      throw RequestBody.Failure.notAForm(error)
    }
  }

  private func multipart(
    _ reader: inout MultipartReader, upTo limit: Int, file: ((FilePiece) async throws -> Void)?
  ) async throws -> FormFields {
    var form = FormFields()
    var input: (name: String, value: [UInt8])?
    var isFile = false
    var taken = 0
    while let chunk = try await body.next() {
      for event in try reader.feed(chunk) {
        switch event {
        case .part(let part):
          isFile = part.fileName.map { !$0.isEmpty } ?? false
          input = part.fileName == nil ? (part.name, []) : nil
          if isFile { try await file?(.begin(part)) }
        case .data(let octets):
          if isFile { try await file?(.data(octets)) }
          guard input != nil else { continue }
          taken += octets.count
          guard taken <= limit else { throw RequestBody.Failure.tooLarge(limit: limit) }
          input?.value += octets
        case .endOfPart:
          if isFile { try await file?(.end) }
          if let input { form.append(input.name, String(decoding: input.value, as: UTF8.self)) }
          (input, isFile) = (nil, false)
        }
      }
    }
    try reader.finish()
    return form
  }
}
