"""The demo's marketplaces: one file for each platform, each as `retour.demo.platforms` has it."""
