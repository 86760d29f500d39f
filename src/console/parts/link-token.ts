/** The token of a one-time link, which stands in the fragment of the address: no server or proxy sees it. */
export const tokenInAddress = () => /^#(lkl_[\w-]+)$/.exec(location.hash)?.[1]

/** Takes the token of a used link out of the address. */
export const forgetToken = () => history.replaceState(history.state, '', location.pathname)
