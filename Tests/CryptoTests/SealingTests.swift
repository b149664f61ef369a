import Crypto
import Testing

/// What is sealed opens for whom it was sealed, whole, and for nobody else.
@Suite struct SealingTests {
  let box = SecretBox(.random())
  let context = SealingContext.bytes(purpose: "sender.password", workspace: [1], row: [2, 3])

  @Test(arguments: [0, 1, 15, 16, 17, 64, 4_096])
  func `what was sealed opens`(count: Int) throws {
    let plain = Random.bytes(count)
    let sealed = box.seal(plain, for: context)
    #expect(sealed.count == count + SecretBox.overhead)
    #expect(try box.open(sealed, for: context) == plain)
  }

  @Test func `a changed octet anywhere keeps it shut`() throws {
    let sealed = box.seal(Array("correct horse".utf8), for: context)
    for index in sealed.indices {
      for bit in 0..<8 {
        var changed = sealed
        changed[index] ^= 1 << UInt8(bit)
        #expect(throws: CryptoError.self) { try box.open(changed, for: context) }
      }
    }
  }

  @Test func `a shortened or lengthened one stays shut`() throws {
    let sealed = box.seal(Array("correct horse".utf8), for: context)
    for count in 0..<sealed.count {
      #expect(throws: CryptoError.self) { try box.open(Array(sealed.prefix(count)), for: context) }
    }
    #expect(throws: CryptoError.doesNotOpen) { try box.open(sealed + [0], for: context) }
  }

  @Test func `another purpose, workspace or row does not open it`() throws {
    let sealed = box.seal([1, 2, 3], for: context)
    let others = [
      SealingContext.bytes(purpose: "sender.token", workspace: [1], row: [2, 3]),
      SealingContext.bytes(purpose: "sender.password", workspace: [2], row: [2, 3]),
      SealingContext.bytes(purpose: "sender.password", workspace: [1], row: [2, 4]),
      SealingContext.bytes(purpose: "sender.password", workspace: [1, 2], row: [3]),
      [],
    ]
    for other in others {
      #expect(throws: CryptoError.doesNotOpen) { try box.open(sealed, for: other) }
    }
  }

  @Test func `two seals of one secret differ`() {
    #expect(box.seal([1], for: context) != box.seal([1], for: context))
  }

  @Test func `the error names the key that is missing`() throws {
    let other = SecretBox(.random())
    let sealed = other.seal([1], for: context)
    #expect(throws: CryptoError.unknownKey(other.id)) { try box.open(sealed, for: context) }
    #expect(throws: CryptoError.notSealed) { try box.open([1, 2, 3], for: context) }
  }

  @Test func `a ring opens what the previous key sealed and seals it anew`() throws {
    let old = SecretKey.random()
    let sealed = KeyRing(current: old).seal([7, 7], for: context)
    let ring = KeyRing(current: .random(), previous: [old])
    #expect(ring.needsResealing(sealed))
    #expect(try ring.open(sealed, for: context) == [7, 7])

    let anew = try #require(try ring.reseal(sealed, for: context))
    #expect(!ring.needsResealing(anew))
    #expect(try ring.reseal(anew, for: context) == nil)
    let after = KeyRing(current: ring.current)
    #expect(try after.open(anew, for: context) == [7, 7])
    #expect(throws: CryptoError.unknownKey(old.id)) { try after.open(sealed, for: context) }
  }

  @Test func `a secret comes back as a secret`() throws {
    let ring = KeyRing(current: .random())
    let sealed = ring.seal(Secret("hunter2"), for: context)
    #expect(try ring.openSecret(sealed, for: context) == Secret("hunter2"))
    #expect(try ring.openSecret(ring.seal(Secret(""), for: context), for: context).isEmpty)
  }
}
