"""The reference deployments: fictitious companies with a policy, a data map, a database and people in it."""
