import Net
import SMTP
import Testing

/// One machine of a host accepts connections and is no good; the next session asks another (F28).
@Suite struct SilentHostTests {
  @Test(arguments: ["", "421 4.3.2 closing\r\n", "554 no\r\n", "what?\r\n"])
  func `an address whose server fails is tried last by the next`(greeting: String) async throws {
    let sick = try ScriptedServer([.say(greeting), .close])
    let addresses = AddressMemory()
    // `localhost` has one address here or two; what counts is that the memory hears of it.
    let error = try await onEventLoop { loop -> SessionError? in
      do throws(SessionError) {
        let context = try Self.context()
        try await ClientSession.open(
          Endpoint(host: "127.0.0.1", port: sick.port, security: .none), hello: "me.example",
          tls: context, unverifiedTLS: context, patience: .short, on: loop, remembering: addresses
        ).abandon()
        return nil
      } catch {
        return error
      }
    }
    #expect(error != nil)
    let avoided = try #require(
      try await SocketAddress.resolve(host: "127.0.0.1", port: sick.port).first)
    let healthy = try #require(try await SocketAddress.resolve(host: "127.0.0.1", port: 9).first)
    #expect(addresses.inOrder([avoided, healthy]) == [healthy, avoided])
  }

  @Test func `a refusal that is about us is no fault of the address`() async throws {
    let server = try ScriptedServer([.say("220 x\r\n"), .line, .say("250 x\r\n"), .hold])
    let addresses = AddressMemory()
    let error = try await onEventLoop { loop -> SessionError? in
      do throws(SessionError) {
        let context = try Self.context()
        try await ClientSession.open(
          Endpoint(host: "127.0.0.1", port: server.port, security: .required), hello: "me.example",
          tls: context, unverifiedTLS: context, patience: .short, on: loop, remembering: addresses
        ).abandon()
        return nil
      } catch {
        return error
      }
    }
    #expect(error == .tlsNotOffered)
    let address = try #require(
      try await SocketAddress.resolve(host: "127.0.0.1", port: server.port).first)
    let other = try #require(try await SocketAddress.resolve(host: "127.0.0.1", port: 9).first)
    #expect(addresses.inOrder([address, other]) == [address, other])
    _ = await server.transcript
  }

  private static func context() throws(SessionError) -> TLSContext {
    do throws(NetError) {
      return try .unverifiedClient()
    } catch {
      throw .network(error, at: .connect)
    }
  }
}
