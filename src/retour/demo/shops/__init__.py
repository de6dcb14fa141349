"""The demo's shops: one file for each platform, each as `retour.demo.platforms` has it."""
