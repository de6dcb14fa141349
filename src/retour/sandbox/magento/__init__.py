"""What the simulated Magento shops share: how PHP, MySQL, the web server and the admin panel behave."""
