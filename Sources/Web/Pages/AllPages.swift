extension Routes {
  /// Every page of the product.
  mutating func addAll() {
    addBasics()
    addEntrance()
    addPeople()
    addSettings()
    addDashboard()
    addCampaigns()
    addDeliveries()
    addQueue()
    addLog()
    addLists()
    addTemplates()
    addSenders()
    addSandbox()
  }
}
