import Glibc
import Testing

@testable import Workers

struct CrashPlanTests {
  @Test(arguments: CrashPoint.allCases)
  func `every point can be named, with a passing or without`(point: CrashPoint) {
    #expect(CrashPlan(point.rawValue) != nil)
    #expect(CrashPlan("\(point.rawValue):250") != nil)
  }

  @Test(arguments: ["", ":", ":1", "nowhere", "Claimed", " claimed", "claimed :1", "before dot"])
  func `other names are refused`(text: String) {
    #expect(CrashPlan(text) == nil)
  }

  @Test(arguments: ["claimed:x", "claimed:1:2", "claimed:", "claimed:0", "claimed:-1"])
  func `a passing that is none is refused`(text: String) {
    do {
      #expect(CrashPlan(text) == nil)
    }
  }

  @Test func `no plan ends nothing`() {
    for point in CrashPoint.allCases { CrashPlan.none.reached(point) }
  }

  @Test func `the process ends at the chosen passing`() async {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let plan = CrashPlan("claimed:2")
      plan?.reached(.claimed)
      plan?.reached(.claimed)
    }
  }

  @Test func `it does not end before, nor elsewhere`() async {
    await #expect(processExitsWith: .success) {
      let plan = CrashPlan("claimed:3")
      plan?.reached(.claimed)
      plan?.reached(.claimed)
      for point in CrashPoint.allCases where point != .claimed { plan?.reached(point) }
    }
  }
}
