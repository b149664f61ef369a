import Telemetry
import Testing

/// The exposition as Prometheus reads it.
@Suite struct MetricsTests {
  let metrics = Metrics()

  var text: String { String(decoding: metrics.exposition(), as: UTF8.self) }

  @Test func `counters and gauges are written, sorted, with help and type`() {
    let sent = metrics.counter(
      "martlet_messages_total", help: "Messages by result.", labels: ["result": "sent"])
    sent.add()
    sent.add(2)
    metrics.counter("martlet_messages_total", labels: ["result": "failed"]).add()
    metrics.gauge("martlet_load").set(0.25)
    #expect(
      text == """
        # TYPE martlet_load gauge
        martlet_load 0.25
        # HELP martlet_messages_total Messages by result.
        # TYPE martlet_messages_total counter
        martlet_messages_total{result="failed"} 1
        martlet_messages_total{result="sent"} 3

        """)
  }

  @Test func `a label cannot break out of its quotes`() {
    metrics.gauge("g", labels: ["a": "\"} 1\nevil 2\\"]).set(1)
    #expect(text == "# TYPE g gauge\ng{a=\"\\\"} 1\\nevil 2\\\\\"} 1\n")
  }

  @Test func `the same name and labels are the same number`() {
    metrics.counter("c", labels: ["a": "1"]).add()
    metrics.counter("c", labels: ["a": "1"]).add()
    #expect(metrics.counter("c", labels: ["a": "1"]).value == 2)
  }

  @Test func `too many labels end in one series`() {
    for number in 0..<2_000 { metrics.counter("c", labels: ["a": "\(number)"]).add() }
    #expect(metrics.exposition().count { $0 == 0x0A } == 1_002)
    #expect(text.contains("c{overflow=\"true\"} 1000\n"))
  }

  @Test func `additions from many threads all count`() async {
    let metric = metrics.counter("c")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { @concurrent in for _ in 0..<1_000 { metric.add() } } }
    }
    #expect(metric.value == 8_000)
  }
}
