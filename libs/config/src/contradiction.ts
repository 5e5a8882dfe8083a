/** What is looked at; see `Config`. */
interface SignInSettings {
  passwordSignIn: boolean;
  oidcIssuer: string | null;
  oidcClientId: string | null;
  oidcAdministrators: readonly string[];
  oidcOperators: readonly string[];
  oidcViewers: readonly string[];
}

/** Settings that are right one by one and wrong together: a sentence each. */
export const contradictionsOf = (config: SignInSettings): readonly string[] => {
  if (config.oidcIssuer === null) {
    return config.passwordSignIn ? [] : ['PASSWORD_SIGN_IN=no needs OIDC_ISSUER: no one could sign in.'];
  }
  const { oidcClientId, oidcAdministrators, oidcOperators, oidcViewers } = config;
  return [
    ...(oidcClientId === null ? ['OIDC_ISSUER needs OIDC_CLIENT_ID.'] : []),
    ...([oidcAdministrators, oidcOperators, oidcViewers].every((values) => values.length === 0)
      ? ['OIDC_ISSUER needs OIDC_ADMINISTRATORS, OIDC_OPERATORS or OIDC_VIEWERS: without a role no one may sign in.']
      : []),
  ];
};
