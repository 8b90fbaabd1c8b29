/** Where the issuer reads the policy from. */
export const policyFile = '.github/countersign.yml'
