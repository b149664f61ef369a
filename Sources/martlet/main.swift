import App

await Martlet.main()
